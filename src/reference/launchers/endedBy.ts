import type { ProgramEnd } from './process.js';

/** Exit codes of mpirun and of shells for the signal that ended the program. */
const CODES: Readonly<Record<number, NodeJS.Signals>> = { 137: 'SIGKILL', 139: 'SIGSEGV', 143: 'SIGTERM' };

/** The signal that ended a program, itself or below mpirun or a shell. */
export function endedBy({ killedBy, exitCode }: ProgramEnd): NodeJS.Signals | undefined {
  return killedBy ?? CODES[exitCode ?? 0];
}
