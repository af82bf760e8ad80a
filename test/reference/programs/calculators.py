"""ASE calculators of a campaign's own, sound and not."""
import errno
import os
import signal
import sys
import time

import numpy as np
from ase.calculators.calculator import Calculator, CalculatorSetupError, SCFError, all_changes
from ase.calculators.emt import EMT


class Broken(Calculator):
    """EMT that does one thing wrong: `how`."""

    implemented_properties = ["energy", "forces"]

    def __init__(self, how, **kwargs):
        super().__init__(**kwargs)
        self.how, self.inner = how, EMT()
        if how == "refuses":
            raise ValueError("this setting is none")

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        self.inner.calculate(self.atoms, ["forces"], all_changes)
        energy, forces = self.inner.results["energy"], self.inner.results["forces"].copy()
        how = self.how
        if how == "unconverged":
            raise SCFError("no convergence after 60 steps")
        if how == "says-unconverged":
            self.converged = np.bool_(False)
        if how == "setup":
            raise CalculatorSetupError("no such basis")
        if how == "memory":
            raise MemoryError("Unable to allocate 4 EiB")
        if how == "disk":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if how == "crash":
            raise RuntimeError("something\nelse")
        if how == "nan":
            forces[1, 2] = np.nan
        if how == "few":
            forces = forces[:-1]
        if how == "reorders":
            self.atoms = self.atoms[::-1]
        if how == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if how == "segfault":
            os.kill(os.getpid(), signal.SIGSEGV)
        if how == "leaves":
            sys.exit(0)
        if how == "hangs":
            time.sleep(600)
        if how == "noisy":
            sys.stdout.buffer.write(os.urandom(50_000))
            print("{}", file=sys.stderr)
        if how == "warns":
            np.array([1.0]) / np.array([0.0])
        self.results = {"energy": energy, "forces": forces}


def from_file(path, scale=1):
    """A calculator that reads a file: which one it is."""
    with open(path) as file:
        return Broken(file.read().strip())
