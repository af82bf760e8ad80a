import { ReferenceFailure } from '../../failures.js';
import { lastWords, residentFailure } from '../../resident/failure.js';
import { askResident } from '../../resident/oneOff.js';
import type { Fail } from '../codeRun.js';
import { LONGEST, surroundings } from '../codeRun.js';
import { findFiles } from '../commandLine.js';
import { readBridgeAnswer } from './answer.js';
import {
  ANSWER,
  type BridgeOutcome,
  type BridgeRun,
  bridgeInputs,
  JOB,
  PROGRAM,
  requireNoError,
  requireSameAtoms,
} from './bridge.js';

/** One structure for a bridge that stays: where none runs with this very job and these atoms in this cell, one is started. */
export async function askResidentBridge(run: BridgeRun): Promise<BridgeOutcome> {
  const { code, command, folder, settings, structure, context } = run;
  const { lattice, species } = structure;
  const job = run.job('scratch');
  const { environment, memory, grace } = surroundings(settings);
  const found = findFiles(command, folder);
  const argv = [...command.map((word, i) => found[i] ?? word), PROGRAM, JOB, '{socket}:UNIX'];
  const answer = await askResident(
    {
      program: {
        key: JSON.stringify(['bridge', argv, job, environment, memory, [...lattice], species]),
        transport: 'unix',
        argv,
        files: bridgeInputs(structure, job, run.files),
        environment,
        memory,
        grace,
      },
      structure,
      timeout: settings.timeout ?? LONGEST,
      reads: [ANSWER],
      // Nobody else asks for corrected settings.
      ...((context.corrections ?? []).length > 0 && { once: true }),
    },
    context,
  );
  const { texts } = answer;
  const fail: Fail = (symptom, failureClass, message, lines = lastWords(texts)) =>
    new ReferenceFailure(message, { failureClass, symptom, evidence: lines });
  if (!answer.answered) {
    const { stdout, stderr, files } = texts;
    if (answer.failure === 'ended')
      requireNoError(run, readBridgeAnswer(files[ANSWER]), answer.end, { stdout, stderr }, fail);
    throw residentFailure(answer, code.name, {
      timeout: settings.timeout ?? LONGEST,
      memory: settings.memory,
    });
  }
  const { energy, forces, extras, seconds, memory: peakMemory } = answer;
  const said = readBridgeAnswer(extras, { energy, forces: [...forces] });
  if (said === undefined || !('result' in said))
    throw fail('bad-output', 'program-unknown', `${code.name} sent forces without saying of what`);
  return { result: requireSameAtoms(said.result, run, fail), ran: { seconds, peakMemory }, fail };
}
