#!/usr/bin/env python3
"""Any ASE calculator as the reference: reads an extended XYZ file, writes the same atoms with energy and forces.

    command: [python3, calculators/ase_calculator.py, "{input}", "{output}"]

Needs ASE (Debian: apt install python3-ase). Put your own calculator into `calculator`; raise or exit with a code other
than 0 when a calculation has not converged, and write `converged=F` where you would rather have the label gate say so.
"""
import sys

import ase
from ase.calculators.lj import LennardJones
from ase.io import read, write


def calculator(atoms):
    # Argon, truncated and shifted at 8.5 Å: energy shifted, forces not.
    return LennardJones(epsilon=0.0104, sigma=3.4, rc=8.5)


atoms = read(sys.argv[1], format="extxyz")
atoms.calc = calculator(atoms)
energy, forces = atoms.get_potential_energy(), atoms.get_forces()
atoms.calc = None
atoms.info.update(REF_energy=energy, program=f"ASE {ase.__version__}")
atoms.arrays["REF_forces"] = forces
write(sys.argv[2], atoms, format="extxyz")
