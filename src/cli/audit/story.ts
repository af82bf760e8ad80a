import { orderText } from '../../campaign/answers.js';
import type { LedgerEntryBody } from '../../campaign/ledger.js';
import { duration, forceError, percent, picoseconds } from '../../report/numbers.js';

/** A campaign's ledger as a story, a line or two for each entry. `timestep` in fs. */
export function storyLines(ledger: readonly LedgerEntryBody[], timestep: number): string[] {
  return ledger.flatMap((entry) =>
    sentence(entry, timestep).map((text, k) =>
      k === 0 ? `${String(entry.sequence).padStart(5)}  ${text}` : `       ${text}`,
    ),
  );
}

/** Everything about one structure, from why it was taken to what its refit did. */
export function structureLines(
  ledger: readonly LedgerEntryBody[],
  structure: number,
  timestep: number,
): string[] {
  const about = ledger.filter((entry) => {
    if (
      entry.type === 'asked' ||
      entry.type === 'attempt' ||
      entry.type === 'labelled' ||
      entry.type === 'quarantined'
    )
      return entry.structure === structure;
    if (entry.type === 'screened') return entry.kept.includes(structure) || entry.dropped.includes(structure);
    return entry.type === 'refitted' && entry.added.includes(structure);
  });
  const lines = storyLines(about, timestep);
  const refit = about.find((entry) => entry.type === 'refitted');
  const check = refit?.type === 'refitted' ? refit.checks.find((c) => c.structure === structure) : undefined;
  if (check) {
    lines.push(
      `       its label against the force field that asked for it: rms residual ${forceError(check.found)}, predicted ${forceError(check.predicted)}`,
    );
  }
  const before = refit && ledger.filter((e) => e.type === 'refitted' && e.sequence < refit.sequence).at(-1);
  if (refit?.type === 'refitted' && before?.type === 'refitted') {
    lines.push(
      `       effect of the refit: fitting error ${forceError(before.forceField.fittingError)} → ${forceError(refit.forceField.fittingError)}`,
    );
  }
  return lines;
}

function sentence(entry: LedgerEntryBody, timestep: number): string[] {
  const ps = (step: number) => picoseconds((step * timestep) / 1000);
  switch (entry.type) {
    case 'started':
      return [`campaign ${entry.name} started, fingerprint ${entry.fingerprint.slice(0, 16)}…`];
    case 'prepared':
      return [
        `expansion with ${entry.parameters} parameters (basis ${entry.basis.hash.slice(0, 12)}…)`,
        ...entry.warnings,
      ];
    case 'test-set':
      return [`test set of ${entry.frames} structures`];
    case 'asked': {
      const { pick, structure, group } = entry;
      if (!pick)
        return [
          `structure ${structure}: ${group === 'ideal' ? 'the ideal supercell' : `${group} displacement`}`,
        ];
      const threshold =
        pick.threshold === null ? 'no threshold yet' : `threshold ${forceError(pick.threshold)}`;
      return [
        `structure ${structure}: taken at step ${pick.step} of walker ${pick.walker} (${ps(pick.step)}) by ${pick.rule}: ε_B ${forceError(pick.error)}, ${threshold}, μ_k ${forceError(pick.mean)}, σ_k ${forceError(pick.deviation)}`,
        `worst atom ${pick.worstAtom}: ${forceError(pick.worstAtomError)}; ${pick.temperature.toFixed(0)} K`,
      ];
    }
    case 'screened':
      return [
        `round ${entry.round}: screening kept ${entry.kept.join(', ') || 'none'}${entry.dropped.length > 0 ? ` and dropped ${entry.dropped.join(', ')}` : ''}`,
      ];
    case 'attempt': {
      const { attempt } = entry;
      return [
        `structure ${entry.structure}: attempt ${attempt.number} ${attempt.outcome} by ${attempt.program} on ${attempt.host} at ${attempt.started}, ${duration(attempt.seconds)}${attempt.reason ? `: ${attempt.reason}` : ''}`,
        ...(attempt.evidence ?? []).map((line) => `| ${line}`),
      ];
    }
    case 'labelled':
      return [
        `structure ${entry.structure}: label ${entry.label.hash.slice(0, 12)}…${entry.adopted ? ', adopted from the store' : ''}`,
      ];
    case 'quarantined':
      return [`structure ${entry.structure}: quarantined, ${entry.reason}`];
    case 'explored':
      return [
        `round ${entry.round}: walker ${entry.walker} from step ${entry.fromStep} to ${entry.toStep} (${ps(entry.toStep)}), ${entry.outcome}, ${entry.picks} taken, ε_B ${entry.evaluations} times`,
        ...(entry.detail ? [entry.detail] : []),
      ];
    case 'refitted': {
      const { counts, forceField } = entry;
      const test = forceField.test ? `, test RMSE ${forceError(forceField.test.rmse)}` : '';
      return [
        `refit with ${entry.added.join(', ')} on ${counts.md} structures from MD, ${counts.random} random, ${counts.phonon} phonon${counts.imported ? `, ${counts.imported} imported` : ''}: fitting error ${forceError(forceField.fittingError)}, ${forceField.effectiveParameters.toFixed(1)} effective parameters${test}${entry.counted ? '; counts for convergence' : ''}`,
        `force constants ${forceField.parametersHash}`,
      ];
    }
    case 'assessed': {
      const { assessment } = entry;
      const ratio = assessment.ratio === null ? '' : `, μ/β^-1/2 ${percent(assessment.ratio)}`;
      return [
        `round ${entry.round}: ${assessment.converged ? 'converged' : `not converged, missing: ${assessment.missing.join('; ')}`}${ratio}`,
      ];
    }
    case 'warned':
      return [`warning: ${entry.message}`];
    case 'faulted':
      return [`failed: ${entry.message}`];
    case 'steered':
      return [
        `${entry.by} at ${entry.at}: ${orderText(entry.order)}${entry.order.kind === 'pause' || entry.order.kind === 'resume' ? '' : `, from round ${entry.round} on`}`,
      ];
    case 'history':
      return [`Temporal's own record of the campaign: ${entry.history.hash.slice(0, 12)}…`];
    case 'resumed':
      return ['resumed'];
    case 'finished':
      return [`${entry.verdict.kind}: ${entry.verdict.reason}`];
  }
}
