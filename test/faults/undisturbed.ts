import type { TestProject } from 'vitest/node';
import provideServer from '../support/provideServer.js';
import { type Outcome, outcomeOf, paceOf, referenceLog } from './outcome.js';
import { clear, newSite, runCampaign } from './site.js';
import { clearTable, printTable } from './table.js';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly undisturbed: Outcome;
    /** MD steps per second. */
    readonly pace: number;
  }
}

/** Before all cases: a server's program, and one run of the campaign that nothing disturbs. After them: the table. */
export default async function setup(project: TestProject): Promise<() => void> {
  await provideServer();
  const began = performance.now();
  clearTable();
  const site = newSite();
  try {
    const { code, stdout, stderr } = await runCampaign(site).finished;
    if (code !== 0) throw new Error(`the undisturbed run failed:\n${stdout}${stderr}`);
    const outcome = outcomeOf(site);
    const { ended, repeated } = referenceLog(site);
    if (ended !== outcome.referenceRuns || repeated > 0)
      throw new Error('the reference program counts otherwise');
    project.provide('undisturbed', outcome);
    project.provide('pace', paceOf(site));
    const seconds = ((performance.now() - began) / 1e3).toFixed(1);
    console.log(
      `undisturbed: ${JSON.stringify({ ...outcome, structures: outcome.structures.length })}, ${seconds} s`,
    );
  } finally {
    await clear(site);
  }
  return () => printTable((performance.now() - began) / 1e3);
}
