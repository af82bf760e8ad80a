import { putHistory } from '../../src/store/artifacts/history.js';
import type { RecordedExecution } from '../history.js';
import type { ActivityInput } from '../types.js';
import type { TaskEnvironment } from './environment.js';

/** Keeps Temporal's own record of the campaign, which the server forgets after its retention, before those kept earlier. */
export async function archive(
  { store }: TaskEnvironment,
  { command, execution }: ActivityInput<'archive'> & { readonly execution: RecordedExecution | null },
) {
  const history = execution ? await putHistory(store, execution, command.previous) : command.previous;
  return { type: 'archived' as const, command: command.id, history };
}
