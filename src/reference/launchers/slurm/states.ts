/** What a job's state means for whoever waits for it. */
export type Phase =
  | 'waits'
  | 'runs'
  | 'ends'
  | 'ended'
  | 'time'
  | 'memory'
  | 'node'
  | 'cancelled'
  | 'preempted';

/** Slurm's job states (squeue(1), JOB STATE CODES); those not named are on their way. */
const PHASES: Readonly<Record<string, Phase>> = {
  PENDING: 'waits',
  CONFIGURING: 'waits',
  REQUEUED: 'waits',
  REQUEUE_HOLD: 'waits',
  SPECIAL_EXIT: 'waits',
  RESV_DEL_HOLD: 'waits',
  RUNNING: 'runs',
  SUSPENDED: 'runs',
  STOPPED: 'runs',
  RESIZING: 'runs',
  SIGNALING: 'runs',
  COMPLETING: 'ends',
  STAGE_OUT: 'ends',
  COMPLETED: 'ended',
  FAILED: 'ended',
  TIMEOUT: 'time',
  DEADLINE: 'time',
  OUT_OF_MEMORY: 'memory',
  NODE_FAIL: 'node',
  BOOT_FAIL: 'node',
  CANCELLED: 'cancelled',
  PREEMPTED: 'preempted',
  REVOKED: 'preempted',
};

export function phaseOf(state: string): Phase {
  // `scontrol` adds who cancelled it, as in "CANCELLED by 0".
  return PHASES[state.split(/[ +]/)[0]] ?? 'runs';
}

/** Reasons for waiting that no waiting mends (squeue(1), JOB REASON CODES), as the cluster is now. */
const FOR_EVER =
  /^(PartitionConfig|PartitionNodeLimit|PartitionTimeLimit|BadConstraints|DependencyNeverSatisfied|InvalidAccount|InvalidQOS|QOSNotAllowed|AccountNotAllowed|AccountingPolicy|MaxMemPerLimit|\w*Max\w*PerJob\w*|QOS(Max|Min)\w*(WallDurationPerJob|PerJob|PerNode)\w*|QOSTimeLimit|QOSUsageThreshold|ReqNodeNotAvail,? May be reserved.*|JobHeldAdmin|JobHoldMaxRequeue|JobLaunchFailure|launch failed requeued held)$/i;

/** Whether a job that waits for this reason waits in vain until a person changes something. */
export function waitsForEver(reason: string): boolean {
  return FOR_EVER.test(reason.trim());
}

/** How the batch script ended, from `scontrol show job`: `ExitCode=7:0` is code 7, `0:11` signal 11. */
export interface BatchEnd {
  readonly code: number;
  readonly signal: number;
}

/** Undefined where the text tells no end. */
export function batchEnd(text: string): BatchEnd | undefined {
  const found = /\bExitCode=(\d+):(\d+)/.exec(text);
  return found === null ? undefined : { code: Number(found[1]), signal: Number(found[2]) };
}

/** Job ids are used again after years, or when a controller lost its state: only the name tells whose it is. */
export function jobNameIn(text: string): string | undefined {
  return /\bJobName=(\S+)/.exec(text)?.[1];
}

export function stateIn(text: string): string | undefined {
  return /\bJobState=(\S+)/.exec(text)?.[1];
}

/** Slurm's own words in a job's log where it took more memory than it asked for. */
export const OVER_MEMORY = /exceeded (job |step )?memory limit|oom[-_ ]?kill|out[- ]of[- ]memory/i;
