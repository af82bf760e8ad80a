"""ASE's own client of i-PI's protocol: Lennard-Jones argon. Usage: aseSocket.py SOCKET, in a folder with structure.xyz."""
import sys

from ase.calculators.lj import LennardJones
from ase.calculators.socketio import SocketClient
from ase.io import read

atoms = read("structure.xyz")
atoms.calc = LennardJones(epsilon=0.0104, sigma=3.4, rc=8.5, smooth=False)
SocketClient(unixsocket=sys.argv[1]).run(atoms, use_stress=False)
