import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, isGrpcServiceError } from '@temporalio/client';
import type { JournalEntry } from '../../campaign/ledger.js';
import type { CampaignState } from '../../campaign/state.js';
import type { LiveEvent, View } from '../live/types.js';
import { liveEvents } from './events.js';
import { createLiveTracker, type Surroundings } from './liveState.js';
import { type Observation, observe } from './observe.js';

const POLL_MS = 300;
const SILENT_POLL_MS = 1000;

/** Asked while the server is silent, with the seconds it has been so: waits on, or throws to give up. */
export type Patience = (seconds: number) => void | Promise<void>;

export interface WatchOptions {
  readonly surroundings: Surroundings;
  readonly stop: AbortSignal;
  readonly patience: Patience;
  /** True: the campaign was running before; what happened until now is not told as news. */
  readonly joined: boolean;
}

/** Shows a campaign until it ends or `stop` is aborted; the final observation. */
export async function watchCampaign(
  client: Client,
  name: string,
  view: View,
  { surroundings, stop, patience, joined }: WatchOptions,
): Promise<Observation | null> {
  const track = createLiveTracker(surroundings);
  let told = -1;
  let last: Observation | null = null;
  let silentSince: number | null = null;
  const show = (seen: Observation): void => {
    const live = track(seen);
    if (!live || !seen.status) return;
    const fresh = seen.status.recent.filter((entry) => entry.sequence > told);
    const old = joined && told < 0 && seen.running;
    told = fresh.at(-1)?.sequence ?? told;
    if (old) view.event(joinedEvent(seen.status.state, seen.elapsed));
    else for (const event of liveEvents(fresh, seen.status.state, seen.elapsed)) view.event(event);
    view.update(live);
  };
  while (!stop.aborted) {
    try {
      last = await observe(client, name);
      // The closed workflow still answers queries where a worker runs: its last entries are not lost.
      if (!last.running) last = { ...last, status: await lastWords(client, name, last) };
      silentSince = null;
    } catch (error) {
      if (stop.aborted) break;
      if (!isServerSilent(error)) throw error;
      silentSince ??= performance.now();
      await patience((performance.now() - silentSince) / 1000);
      await sleep(SILENT_POLL_MS, undefined, { signal: stop }).catch(() => undefined);
      continue;
    }
    show(last);
    if (!last.running) break;
    await sleep(POLL_MS, undefined, { signal: stop }).catch(() => undefined);
  }
  return last;
}

/** The server does not answer, for now or for ever: a restart, a network that is down, or its end. */
export function isServerSilent(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (isGrpcServiceError(cause)) return SILENCE.includes(cause.code);
  return false;
}

/** gRPC's DEADLINE_EXCEEDED and UNAVAILABLE. */
const SILENCE = [4, 14];

function joinedEvent({ name, round, training, walkers }: CampaignState, elapsed: number): LiveEvent {
  const structures = training.random + training.phonon + training.md;
  const text = `campaign ${name} is in round ${round}, with ${structures} training structures`;
  const step = round === 0 ? null : Math.max(...walkers.map((w) => w.step));
  return { campaign: name, walker: null, step, elapsed, kind: 'message', level: 'info', text };
}

async function lastWords(client: Client, name: string, seen: Observation): Promise<Observation['status']> {
  if (seen.status === null) return null;
  const handle = client.workflow.getHandle(`anharmony-${name}`);
  try {
    const answer = await client.withDeadline(Date.now() + 2000, () =>
      handle.query<{ state: CampaignState; recent: readonly JournalEntry[] }>('status'),
    );
    return { state: seen.status.state, recent: answer.recent };
  } catch {
    return seen.status;
  }
}
