"""The same jobs with hiphive, numpy and scikit-learn, one line of JSON for each: python peers.py Si|BAs full|quick|basis

Processor time of one thread, which other work on the machine disturbs little.
"""

import json
import os
import resource
import sys
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
from ase.build import bulk


def best(calls, run):
    times = []
    for _ in range(calls):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times)


def deliver(**figures):
    figures["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(figures), flush=True)


def crystal(name):
    if name == "Si":
        return bulk("Si", "diamond", a=5.431, cubic=True), [8.0, 5.0, 5.0]
    return bulk("BAs", "zincblende", a=4.78, cubic=True), [7.1, 4.0, 4.0]


def main(name, mode):
    import hiphive
    from hiphive import ClusterSpace, ForceConstantPotential
    from hiphive.calculators import ForceConstantCalculator
    from hiphive.force_constant_model import ForceConstantModel

    deliver(what="versions", hiphive=hiphive.__version__, numpy=np.__version__)
    unit, cutoffs = crystal(name)
    start = time.process_time()
    space = ClusterSpace(unit, cutoffs)
    deliver(what="basis", seconds=time.process_time() - start, parameters=int(space.n_dofs))
    if mode == "basis":
        return

    supercell = unit.repeat(3)
    generator = np.random.default_rng(1)
    displacements = generator.normal(0, 0.06, (len(supercell), 3))
    start = time.process_time()
    model = ForceConstantModel(supercell, space)
    matrix = model.get_fit_matrix(displacements)
    deliver(what="first matrix", seconds=time.process_time() - start)
    design = best(2 if mode == "quick" else 4, lambda: model.get_fit_matrix(displacements))
    deliver(what="matrix", seconds=design)

    p = matrix.shape[1]
    factor = np.triu(generator.normal(0, 1, (p, p)))
    product = best(5, lambda: np.sqrt(np.mean(np.square(matrix @ factor).sum(axis=1))))
    deliver(what="error product", seconds=product)

    parameters = generator.normal(0, 1, space.n_dofs) * 0.01
    potential = ForceConstantPotential(space, parameters)
    calculator = ForceConstantCalculator(potential.get_force_constants(supercell))
    atoms = supercell.copy()
    atoms.calc = calculator

    def force():
        atoms.positions = supercell.positions + displacements
        calculator.reset()
        atoms.get_forces()

    force()
    deliver(what="force", seconds=best(5, force))
    del calculator, atoms, potential

    structures = 60
    rows = matrix.shape[0]
    training = np.vstack([matrix + generator.normal(0, 1e-3, matrix.shape) for _ in range(structures)])
    labels = training @ generator.normal(0, 1, p) + generator.normal(0, 0.02, rows * structures)

    def normal_equations():
        gram = training.T @ training
        gram[np.diag_indices(p)] += 1.0
        np.linalg.solve(gram, training.T @ labels)

    deliver(what="normal equations", structures=structures, seconds=best(2, normal_equations))
    if mode == "quick":
        return
    from sklearn.linear_model import BayesianRidge

    deliver(what="BayesianRidge", structures=structures, seconds=best(1, lambda: BayesianRidge(fit_intercept=False).fit(training, labels)))


main(sys.argv[1], sys.argv[2])
