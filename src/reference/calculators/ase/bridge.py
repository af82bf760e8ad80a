#!/usr/bin/env python3
"""Energy and forces from any ASE calculator.

    python3 bridge.py job.json           one structure, from a file into a file
    python3 bridge.py job.json ADDRESS   structure after structure from an i-PI server, calculator kept in memory

The job (JSON) names the calculator, `class` with its `arguments`, the `structure` (extended XYZ) and the `answer` to write:
what was computed, or which exception ended it. ADDRESS is host:port, or NAME:UNIX for the socket /tmp/ipi_NAME.
Needs ASE 3.22 or newer. Exit codes: 0 answered, 1 failed as the answer tells, 74 the disk is full.
"""
import errno
import importlib
import json
import math
import os
import socket
import struct
import sys
import traceback
import warnings

DISK_FULL = 74
BOHR, HARTREE = 0.529177210903, 27.211386245988  # CODATA 2018, as the i-PI server's


class Step:
    """How far it came: an exception means different things before and in a calculation."""

    now = "start"


def named(dotted):
    """The object of this dotted name, its module imported."""
    parts = dotted.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        module = ".".join(parts[:cut])
        try:
            found = importlib.import_module(module)
        except ModuleNotFoundError as error:
            # Its last part may be a class; what it imports itself must be there.
            if error.name is not None and (module + ".").startswith(error.name + "."):
                continue
            raise
        for part in parts[cut:]:
            found = getattr(found, part)
        return found
    raise ModuleNotFoundError("there is no Python module %r here" % parts[0])


def build(value, files):
    """Plain data as it is, `{class, arguments}` as the object that it describes, names of `files` as their paths."""
    if isinstance(value, list):
        return [build(one, files) for one in value]
    if isinstance(value, str):
        return files.get(value, value)
    if not isinstance(value, dict):
        return value
    if "class" not in value or not set(value) <= {"class", "arguments"}:
        return {key: build(one, files) for key, one in value.items()}
    make = named(value["class"])
    arguments = build(value.get("arguments", {}), files)
    return make(*arguments) if isinstance(arguments, list) else make(**arguments)


def gpaw_calculator(job, atoms):
    """GPAW with the setups of the job, from the density that was saved where there is one."""
    import gpaw
    from gpaw.xc import XC

    own, arguments = job["gpaw"], job["arguments"]
    os.makedirs("setups", exist_ok=True)
    for symbol, path in own["setups"].items():
        try:
            os.symlink(path, "setups/%s.%s" % (symbol, XC(arguments["xc"]).get_setup_name()))
        except FileExistsError:  # by another rank, or by an earlier run
            pass
    gpaw.setup_paths[:0] = ["setups"]
    calc, density = None, own["density"]
    if own["restart"] and os.path.exists(density):
        again = {key: arguments[key] for key in own["changeable"] if key in arguments}
        try:
            calc = gpaw.GPAW(density, txt=arguments["txt"], **again)
        except Exception as error:  # cut while it was written: nothing to start from is no reason to fail
            warnings.warn("the saved density cannot be read: %s: %s" % (type(error).__name__, error))
    if calc is None:
        calc = gpaw.GPAW(**arguments)
        # What is wrong with the settings shows here.
        calc.initialize(atoms)

    def keep():
        part = "new-" + density
        calc.write(part)
        if calc.wfs.world.rank == 0:
            os.replace(part, density)

    calc.attach(keep, own["every"])
    return calc


def make_calculator(job, atoms):
    Step.now = "import"
    if "gpaw" in job:
        importlib.import_module("gpaw")
        Step.now = "calculator"
        return gpaw_calculator(job, atoms)
    sys.path[:0] = job.get("paths", [])
    named(job["class"])
    Step.now = "calculator"
    return build({"class": job["class"], "arguments": job["arguments"]}, job.get("files", {}))


def read_structure(job):
    from ase.io import read

    Step.now = "structure"
    atoms = read(job["structure"], format="extxyz")
    moments = job.get("magmoms") or {}
    if moments:
        atoms.set_initial_magnetic_moments([moments.get(symbol, 0.0) for symbol in atoms.get_chemical_symbols()])
    return atoms


def energy_of(atoms):
    """The energy whose slope the forces are; None where the calculator gives none."""
    from ase.calculators.calculator import PropertyNotImplementedError

    for consistent in (True, False):
        try:
            return float(atoms.get_potential_energy(force_consistent=consistent))
        except (PropertyNotImplementedError, NotImplementedError):
            pass
    return None


def computed(atoms):
    """What the calculator says of these atoms."""
    Step.now = "calculation"
    forces = atoms.get_forces(apply_constraint=False)
    energy = energy_of(atoms)
    calc = atoms.calc
    seen = getattr(calc, "atoms", None) or atoms
    scf = getattr(calc, "scf", None)
    converged = getattr(scf if scf is not None else calc, "converged", True)
    Step.now = "answer"
    return {
        "energy": finite(energy),
        "forces": [finite(float(x)) for row in forces for x in row],
        "converged": converged is not False and not (hasattr(converged, "dtype") and not converged),
        "program": program_of(calc),
        "lattice": [finite(float(x)) for row in seen.get_cell() for x in row],
        "species": seen.get_chemical_symbols(),
        "positions": [finite(float(x)) for row in seen.get_positions() for x in row],
    }


def gpaw_details(calc):
    """What GPAW has read and used."""
    return {
        "setups": {setup.symbol: setup.fingerprint for setup in calc.setups},
        "kpoints": len(calc.get_ibz_k_points()),
        "steps": calc.get_number_of_iterations(),
    }


def finite(x):
    return x if x is not None and math.isfinite(x) else None


def program_of(calc):
    import ase

    package = type(calc).__module__.split(".")[0]
    if package == "ase":
        return "%s of ASE %s" % (type(calc).__name__, ase.__version__)
    version = getattr(sys.modules.get(package), "__version__", "")
    name = "GPAW" if package == "gpaw" else package
    return ("%s %s" % (name, version)).strip() + " (ASE %s)" % ase.__version__


def told(error):
    """An exception as data: class with those it is derived from, message, where it happened."""
    kinds = [kind.__name__ for kind in type(error).__mro__ if kind not in (Exception, BaseException, object)]
    last = "".join(traceback.format_exception(type(error), error, error.__traceback__)).splitlines()
    return {"step": Step.now, "classes": kinds, "message": str(error)[:2000], "traceback": last[-15:]}


def is_disk_full(error):
    seen = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def write(path, content):
    """Whole or not at all."""
    part = "%s.%d" % (path, os.getpid())
    with open(part, "w") as file:
        json.dump(content, file, allow_nan=False)
    os.replace(part, path)


def one(job):
    """File mode: the answer to one structure."""
    atoms = read_structure(job)
    atoms.calc = make_calculator(job, atoms)
    return answer_of(job, atoms)


def answer_of(job, atoms):
    answer = computed(atoms)
    return dict(answer, **gpaw_details(atoms.calc)) if "gpaw" in job else answer


def receive(stream, count):
    data = stream.read(count)
    if len(data) < count:
        raise EOFError("the server has closed the connection")
    return data


def serve(job, address):
    """Client of an i-PI server until it says EXIT: the first rank talks, all compute."""
    import numpy as np
    from ase.parallel import world

    atoms = read_structure(job)
    atoms.calc = make_calculator(job, atoms)
    stream, answer = None, None
    if world.rank == 0:
        stream = connect(address).makefile("rwb")
    while True:
        header = np.zeros(12, np.uint8)
        if world.rank == 0:
            header[:] = np.frombuffer(stream.read(12).ljust(12), np.uint8)
        world.broadcast(header, 0)
        message = bytes(header).strip().decode("latin1")
        if message == "POSDATA":
            moved = np.zeros(9 + 3 * len(atoms))
            if world.rank == 0:
                data = np.frombuffer(receive(stream, 144), "<f8")
                count, = struct.unpack("<i", receive(stream, 4))
                if count != len(atoms):
                    raise ValueError("the server sends %d atoms, not %d" % (count, len(atoms)))
                moved[:9], moved[9:] = data[:9], np.frombuffer(receive(stream, 24 * count), "<f8")
            world.broadcast(moved, 0)
            # Columns of the matrix on the wire are the lattice vectors.
            cell = moved[:9].reshape(3, 3).T * BOHR
            # A rounding is no other cell: much is kept where it stays.
            if abs(cell - atoms.cell.array).max() > 1e-6:
                atoms.set_cell(cell)
            atoms.set_positions(moved[9:].reshape(-1, 3) * BOHR)
            answer = answer_of(job, atoms)
        elif message in ("", "EXIT"):
            return
        elif world.rank == 0:
            answer = reply(stream, message, answer)


def reply(stream, message, answer):
    """Answers one message of the server; returns what the next GETFORCE is to be given."""
    if message == "STATUS":
        stream.write((b"READY" if answer is None else b"HAVEDATA").ljust(12))
    elif message == "INIT":
        _, length = struct.unpack("<2i", receive(stream, 8))
        receive(stream, length)
    elif message == "GETFORCE":
        # What no field is for goes as text; null becomes NaN.
        extras = {key: value for key, value in answer.items() if key not in ("energy", "forces")}
        text = json.dumps(dict(extras, warnings=[])).encode()
        numbers = [float("nan") if x is None else x for x in answer["forces"]]
        energy = float("nan") if answer["energy"] is None else answer["energy"]
        stream.write(b"FORCEREADY".ljust(12))
        stream.write(struct.pack("<di", energy / HARTREE, len(numbers) // 3))
        stream.write(struct.pack("<%dd" % len(numbers), *(x * BOHR / HARTREE for x in numbers)))
        stream.write(struct.pack("<9di", *([0.0] * 9 + [len(text)])) + text)
        answer = None
    else:
        raise ValueError("unknown message %r" % message)
    stream.flush()
    return answer


def connect(address):
    host, _, port = address.rpartition(":")
    if port == "UNIX":
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.connect("/tmp/ipi_" + host)
        return link
    link = socket.create_connection((host, int(port)))
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return link


def report():
    try:
        traceback.print_exc()
    except OSError:  # no room for it
        pass


def run(path, *more):
    """Answers the job; returns the exit code and the number of ranks."""
    with open(path) as file:
        job = json.load(file)
    target = os.path.abspath(job["answer"])
    answer, seen, code, rank, size = {}, [], 0, 0, 1
    try:
        from ase.parallel import world

        rank, size = world.rank, world.size
        job["structure"] = os.path.abspath(job["structure"])
        setups = job.get("gpaw", {}).get("setups", {})
        setups.update({symbol: os.path.abspath(name) for symbol, name in setups.items()})
        os.makedirs(job["folder"], exist_ok=True)
        os.chdir(job["folder"])
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("default")
            if more:
                serve(job, *more)
                return 0, size
            answer = one(job)
    except Exception as error:
        report()
        answer, code = {"error": told(error)}, DISK_FULL if is_disk_full(error) else 1
    kept = [w for w in seen if issubclass(w.category, (UserWarning, RuntimeWarning))]
    answer["warnings"] = sorted({"%s: %s" % (w.category.__name__, str(w.message)[:300]) for w in kept})[:10]
    try:
        if code != 0 or rank == 0:
            write(target, answer)
    except OSError as error:
        report()
        code = DISK_FULL if is_disk_full(error) else 1
    return code, size


def main(*arguments):
    code, size = run(*arguments)
    if code == 0:
        return
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        pass
    # At once: the code is to be this one, and other ranks may wait for this one for ever.
    os._exit(code)


if __name__ == "__main__":
    main(*sys.argv[1:])
