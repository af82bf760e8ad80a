#!/usr/bin/env python3
"""LAMMPS as a reference that stays: one process takes a campaign's structures over i-PI's socket protocol.

    calculator: i-pi
    command: [python3, calculators/lammps_socket.py, "{socket}"]
    files: [calculators/Si.sw]

Reads the atoms and their order in structure.xyz, writes LAMMPS's input and becomes LAMMPS. Needs `lmp` with the package MISC
(Debian: apt install lammps). The first lattice vector must lie along x and the second in the xy plane, as LAMMPS has them: its
fix ipi takes no other cell. Change MASS and `potential` for another crystal.
"""
import os
import re
import sys

MASS = {"Si": 28.085}


def potential(species):
    return f"pair_style sw\npair_coeff * * Si.sw {' '.join(species)}"


with open("structure.xyz") as file:
    lines = file.read().splitlines()
lattice = [float(x) for x in re.search(r'Lattice="([^"]*)"', lines[1]).group(1).split()]
atoms = [line.split()[:4] for line in lines[2 : 2 + int(lines[0])]]
kinds = sorted({atom[0] for atom in atoms})
if set(kinds) - set(MASS):
    sys.exit(f"no mass and no potential for {', '.join(set(kinds) - set(MASS))}")
if max(abs(lattice[i]) for i in (1, 2, 5)) > 1e-9:
    sys.exit("the first lattice vector must lie along x and the second in the xy plane")

with open("data", "w") as file:
    file.write(f"structure\n\n{len(atoms)} atoms\n{len(kinds)} atom types\n")
    file.write("".join(f"0 {lattice[i]!r} {x}lo {x}hi\n" for i, x in ((0, "x"), (4, "y"), (8, "z"))))
    if any(lattice[i] for i in (3, 6, 7)):
        file.write(f"{lattice[3]!r} {lattice[6]!r} {lattice[7]!r} xy xz yz\n")
    file.write("\nMasses\n\n" + "".join(f"{i + 1} {MASS[k]}\n" for i, k in enumerate(kinds)))
    file.write("\nAtoms\n\n")
    for i, (kind, *position) in enumerate(atoms):
        file.write(f"{i + 1} {kinds.index(kind) + 1} {' '.join(position)}\n")
with open("in", "w") as file:
    file.write(
        "units metal\natom_style atomic\natom_modify map array sort 0 0\nboundary p p p\nbox tilt large\n"
        f"read_data data\n{potential(kinds)}\nneigh_modify every 1 delay 0 check no\n"
        f"fix labels all ipi {sys.argv[1]} 0 unix\nthermo 1000000\nrun 1000000000\n"
    )
os.execvp("lmp", ["lmp", "-in", "in", "-log", "none"])
