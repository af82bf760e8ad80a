#!/usr/bin/env python3
"""LAMMPS as the reference: reads an extended XYZ file, runs LAMMPS, writes the same atoms with forces.

    command: [python3, calculators/lammps_sw.py, "{input}", "{output}"]
    files: [calculators/Si.sw]

Needs `lmp` (Debian: apt install lammps) and nothing of Python beyond its standard library. Change `potential` for
another one, or take it as a pattern for any program.
"""
import math
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
MASS = {"Si": 28.085}


def potential(species):
    return f"pair_style sw\npair_coeff * * {HERE}/Si.sw {' '.join(species)}"


def read(path):
    """Lattice (rows, Å), species and positions (Å); columns are looked up by name."""
    with open(path) as file:
        lines = file.read().splitlines()
    count, comment = int(lines[0]), lines[1]
    flat = [float(x) for x in re.search(r'Lattice="([^"]*)"', comment).group(1).split()]
    columns, at = {}, 0
    fields = re.search(r"Properties=(\S+)", comment).group(1).split(":")
    for name, _, width in zip(fields[::3], fields[1::3], fields[2::3]):
        columns[name], at = at, at + int(width)
    atoms = [line.split() for line in lines[2 : 2 + count]]
    s, p = columns["species"], columns["pos"]
    return (
        [flat[0:3], flat[3:6], flat[6:9]],
        [a[s] for a in atoms],
        [[float(x) for x in a[p : p + 3]] for a in atoms],
    )


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def cross(a, b):
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]


def frame(lattice):
    """Rows of the rotation to LAMMPS's frame: the first lattice vector along x, the second in the xy plane."""
    a, b, c = lattice
    if dot(cross(a, b), c) < 0:
        sys.exit("LAMMPS wants a right-handed lattice")
    x = [v / math.sqrt(dot(a, a)) for v in a]
    z = cross(a, b)
    z = [v / math.sqrt(dot(z, z)) for v in z]
    return [x, cross(z, x), z]


def main(source, target):
    lattice, species, positions = read(source)
    turn = frame(lattice)
    into = lambda v: [dot(row, v) for row in turn]
    back = lambda v: [sum(turn[r][k] * v[r] for r in range(3)) for k in range(3)]
    a, b, c = (into(v) for v in lattice)
    kinds = sorted(set(species))
    with open("data", "w") as file:
        file.write(f"structure\n\n{len(species)} atoms\n{len(kinds)} atom types\n")
        file.write(f"0 {a[0]!r} xlo xhi\n0 {b[1]!r} ylo yhi\n0 {c[2]!r} zlo zhi\n")
        if max(abs(b[0]), abs(c[0]), abs(c[1])) > 1e-12:
            file.write(f"{b[0]!r} {c[0]!r} {c[1]!r} xy xz yz\n")
        file.write("\nMasses\n\n" + "".join(f"{i + 1} {MASS[k]}\n" for i, k in enumerate(kinds)))
        file.write("\nAtoms\n\n")
        for i, (kind, position) in enumerate(zip(species, positions)):
            x, y, z = into(position)
            file.write(f"{i + 1} {kinds.index(kind) + 1} {x!r} {y!r} {z!r}\n")
    with open("in", "w") as file:
        file.write(
            "units metal\natom_style atomic\natom_modify map array sort 0 0\nboundary p p p\nbox tilt large\n"
            f"read_data data\n{potential(kinds)}\n"
            "dump forces all custom 1 dump id fx fy fz\ndump_modify forces sort id format float %.17g\nrun 0\n"
            'variable energy equal pe\nprint "ENERGY $(v_energy:%.17g)"\n'
        )
    run = subprocess.run(["lmp", "-in", "in", "-log", "none"], capture_output=True, text=True)
    sys.stdout.write(run.stdout)
    sys.stderr.write(run.stderr)
    if run.returncode != 0:
        sys.exit(run.returncode)
    energy = re.search(r"^ENERGY (\S+)", run.stdout, re.M).group(1)
    version = re.search(r"LAMMPS \(([^)]*)\)", run.stdout)
    with open("dump") as file:
        rows = file.read().split("ITEM: ATOMS id fx fy fz\n")[1].splitlines()
    forces = [back([float(x) for x in row.split()[1:]]) for row in rows]
    with open(target, "w") as file:
        cell = " ".join(repr(x) for row in lattice for x in row)
        program = f'program="LAMMPS {version.group(1) if version else ""}"'
        file.write(f'{len(species)}\nLattice="{cell}" Properties=species:S:1:pos:R:3:REF_forces:R:3 ')
        file.write(f'REF_energy={energy} {program} pbc="T T T"\n')
        for kind, position, force in zip(species, positions, forces):
            file.write(" ".join([kind, *(repr(x) for x in position + force)]) + "\n")


main(*sys.argv[1:])
