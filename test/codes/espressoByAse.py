"""A single point of pw.x through ASE's own Espresso calculator (ase.calculators.espresso): settings as JSON on stdin, forces as JSON
on stdout. Units, order and input are ASE's: nothing here is shared with Anharmony. Needs python3-ase."""
import json
import os
import sys

from ase import Atoms
from ase.calculators.espresso import Espresso

asked = json.load(sys.stdin)
os.environ["ASE_ESPRESSO_COMMAND"] = "pw.x -in PREFIX.pwi > PREFIX.pwo"
atoms = Atoms(symbols=asked["species"], positions=asked["positions"], cell=asked["lattice"], pbc=True)
atoms.calc = Espresso(
    label="pw",
    pseudopotentials={symbol: os.path.basename(path) for symbol, path in asked["pseudopotentials"].items()},
    pseudo_dir=os.path.dirname(next(iter(asked["pseudopotentials"].values()))),
    input_data=asked["namelists"],
    kpts=asked["grid"],
    koffset=asked["shift"],
    tprnfor=True,
)
print(json.dumps({"energy": atoms.get_potential_energy(), "forces": atoms.get_forces().tolist()}))
