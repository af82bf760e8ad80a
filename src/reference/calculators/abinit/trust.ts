import type { Fail } from '../codeRun.js';
import { kPointCounts } from '../kpoints.js';
import { differenceOf } from '../sameAtoms.js';
import type { AbinitOutput, AbinitSummary } from './output.js';
import type { AbinitRun } from './run.js';
import { numberOf } from './values.js';

/** eV/Å: ABINIT takes it off the forces, which then add up to zero whatever they were. */
const LARGEST_MEAN_FORCE = 0.01;
/** Ha: the cutoff is repeated with one decimal. */
const ECUT_DIGITS = 0.051;

/** A run that claims success is believed only where everything fits what was asked for. */
export function requireTrust(run: AbinitRun, output: AbinitOutput, summary: AbinitSummary, fail: Fail): void {
  requireConvergence(run, output, fail);
  const { structure, settings, variables, pseudopotentials } = run;
  const read = summary.pseudopotentials;
  const other = pseudopotentials.findIndex((p, i) => read[i] !== p.md5);
  if (other >= 0) {
    const { species, md5 } = pseudopotentials[other];
    const reason = `ABINIT read another pseudopotential for ${species}: MD5 ${read[other] ?? 'missing'} instead of ${md5}`;
    throw fail('wrong-pseudopotential', 'input-wrong', reason);
  }
  const { paired, all } = kPointCounts(settings.kpoints);
  const expected = numberOf(variables['kptopt']) === 2 ? paired : all;
  if (output.kpoints !== expected) {
    const reason = `ABINIT used ${output.kpoints} k-points instead of ${expected}`;
    throw fail('wrong-kpoints', 'input-wrong', reason);
  }
  const ecut = numberOf(variables['ecut']);
  // The negation catches NaN too.
  if (!(Math.abs(output.ecut - ecut) <= ECUT_DIGITS))
    throw fail(
      'wrong-settings',
      'input-wrong',
      `ABINIT used a cutoff of ${output.ecut} Ha instead of ${ecut}`,
    );
  const difference = differenceOf(output.structure, structure);
  if (difference !== undefined) {
    const reason = `ABINIT computed other atoms than were asked for: ${difference}`;
    throw fail('wrong-atoms', 'program-unknown', reason);
  }
  if (output.forces.length !== structure.positions.length) {
    const reason = `the output has ${output.forces.length / 3} forces for ${structure.species.length} atoms`;
    throw fail('bad-output', 'program-unknown', reason);
  }
  if (!(output.meanForce <= LARGEST_MEAN_FORCE)) {
    const found = `mean force ${output.meanForce.toPrecision(3)} eV/Å, which ABINIT has taken off every force`;
    throw fail('net-force', 'program-known', `the forces do not add up to zero: ${found}`, [found]);
  }
}

function requireConvergence({ variables }: AbinitRun, output: AbinitOutput, fail: Fail): void {
  const broken = ['tolvrs', 'tolwfr', 'toldfe', 'toldff'].find((key) => {
    const wanted = numberOf(variables[key] ?? 0);
    return wanted > 0 && !(output.residuals[key] <= 1.01 * wanted);
  });
  if (output.reached && broken === undefined) return;
  const found =
    broken === undefined
      ? 'no line says that self-consistency was reached'
      : `${broken} ${variables[broken]}, but the residual is ${output.residuals[broken].toExponential(1)}`;
  throw fail('false-convergence', 'program-known', `ABINIT calls converged what is not: ${found}`, [found]);
}
