import { METHOD_VERSION } from '../../../src/campaign/bundle.js';
import type { LedgerEntryBody } from '../../../src/campaign/ledger.js';
import { reducedFormula } from '../../../src/crystal/formula.js';
import { cellParameters } from '../../../src/crystal/measures.js';
import type { ReportData } from '../../../src/report/types.js';
import type { Ref } from '../../../src/store/types.js';
import { PROGRAM_VERSION } from '../../../src/version.js';
import type { CampaignContext } from '../context.js';
import { entriesOf } from './entries.js';

export function crystalOf({ primitive, supercell, settings }: CampaignContext): ReportData['crystal'] {
  const multiplier = settings.supercell.flat();
  return {
    formula: reducedFormula(primitive.crystal.species),
    spaceGroup: primitive.spaceGroup,
    primitiveAtoms: primitive.crystal.species.length,
    supercellAtoms: supercell.siteOf.length,
    supercell:
      multiplier.length === 3
        ? `${multiplier.join('×')} of the crystal file’s cell`
        : `matrix ${JSON.stringify(settings.supercell)}`,
    cell: cellParameters(supercell.crystal.lattice),
  };
}

export function expansionOf({ space }: CampaignContext): ReportData['expansion'] {
  return space.orders.map(({ order, cutoff, clusters, orbits, beforeSumRules, parameters }) => ({
    order,
    cutoff,
    clusters,
    orbits: orbits.length,
    beforeSumRules,
    parameters,
  }));
}

/** Versions, cost and hashes: how the numbers came about. */
export function provenanceOf(
  ledger: readonly LedgerEntryBody[],
  head: Ref,
  generated: Date,
): ReportData['provenance'] {
  const explored = entriesOf(ledger, 'explored');
  const attempts = entriesOf(ledger, 'attempt').map((e) => e.attempt);
  const refits = entriesOf(ledger, 'refitted');
  const started = entriesOf(ledger, 'started').at(0);
  const seconds = (list: readonly { readonly seconds: number }[]) =>
    list.reduce((sum, e) => sum + e.seconds, 0);
  const stages = [
    { stage: 'molecular dynamics', seconds: seconds(explored) },
    { stage: 'reference', seconds: seconds(attempts) },
    { stage: 'regression', seconds: seconds(refits) },
  ];
  const first = attempts.map((a) => Date.parse(a.started)).sort((a, b) => a - b)[0];
  const last = refits.at(-1);
  return {
    versions: [
      { name: 'anharmony', value: PROGRAM_VERSION },
      { name: 'method version', value: String(METHOD_VERSION) },
      { name: 'Node', value: process.versions.node },
      { name: 'platform', value: `${process.platform} ${process.arch}` },
    ],
    stages,
    wallClock: first === undefined ? seconds(stages) : (generated.getTime() - first) / 1000,
    mdSteps: explored.reduce((sum, e) => sum + e.toStep - e.fromStep, 0),
    errorEvaluations: explored.reduce((sum, e) => sum + e.evaluations, 0),
    referenceRuns: attempts.filter((a) => a.outcome !== 'adopted').length,
    reference: [...new Set(attempts.map((a) => a.program))].join(', ') || 'labels from the store',
    hashes: [
      ...(last ? [{ name: 'force constants', value: last.forceField.parametersHash }] : []),
      ...(last ? [{ name: 'force field', value: last.forceField.ref.hash }] : []),
      { name: 'ledger head', value: head.hash },
      ...(started ? [{ name: 'campaign fingerprint', value: started.fingerprint }] : []),
    ],
  };
}
