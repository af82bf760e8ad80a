import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { hasLeft, type ProcessIdentity } from '../../processes.js';

/** One process of a session. */
export interface SessionProcess {
  readonly pid: number;
  /** Resident memory, bytes. */
  readonly memory: number;
}

const PAGE = 4096;

/**
 * The living processes of a session, from Linux's /proc; none elsewhere. A program that was started with `setsid` keeps all it
 * starts in its session, also what it puts in process groups of its own, as mpirun does with every rank.
 */
export function sessionProcesses(session: number): readonly SessionProcess[] {
  const found: SessionProcess[] = [];
  for (const name of processNames()) {
    const fields = statOf(name);
    // After the command: state, ppid, pgrp, session, … rss (proc(5)).
    if (fields === undefined || Number(fields[3]) !== session || fields[0] === 'Z') continue;
    found.push({ pid: Number(name), memory: PAGE * Number(fields[21]) });
  }
  return found;
}

/** Sends a signal to every process of the session and to its first process group. */
export function signalSession(session: number, signal: NodeJS.Signals): void {
  for (const target of [-session, ...sessionProcesses(session).map(({ pid }) => pid)]) {
    try {
      process.kill(target, signal);
    } catch {
      // It is gone already.
    }
  }
}

/** Kills what a process that has ended left running in its session, mpirun's ranks for example. */
export async function endRest(leader: ProcessIdentity): Promise<void> {
  // As long as anything of the session is left, its number is given to no other process.
  if (await hasLeft(leader)) signalSession(leader.pid, 'SIGKILL');
}

/** Sessions of the living processes that work in this folder, from Linux's /proc; none elsewhere. */
export function sessionsIn(folder: string): readonly number[] {
  const found = new Set<number>();
  for (const name of processNames()) {
    const fields = statOf(name);
    if (fields !== undefined && fields[0] !== 'Z' && worksIn(name, folder)) found.add(Number(fields[3]));
  }
  return [...found];
}

function worksIn(pid: string, folder: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(folder);
  } catch {
    // Somebody else's, or gone.
    return false;
  }
}

function processNames(): readonly string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** The fields after the command's name, which may itself hold spaces and brackets. */
function statOf(pid: string): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
