import type { ProgramEnd } from '../launchers/process.js';
import type { Transport } from '../sockets/listener.js';
import type { InputFiles, ReferenceStructure } from '../types.js';

/** A program that speaks i-PI's protocol as a client, and stays for the next structure. */
export interface ResidentProgram {
  /** Equal keys, equal programs: one that runs already takes the request. Holds all that forces depend on but the positions. */
  readonly key: string;
  readonly transport: Transport;
  /** Program and arguments; no shell sees them. `{socket}` (UNIX: /tmp/ipi_{socket}), or `{host}` and `{port}` are filled in. */
  readonly argv: readonly string[];
  /** Put into the folder where it starts, its working folder; the same placeholders are filled in in texts. */
  readonly files: InputFiles;
  /** Variables set on top of this program's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Limit of resident memory of all its processes together, bytes. */
  readonly memory?: number;
  /** Seconds between SIGTERM and SIGKILL. */
  readonly grace: number;
}

/** One structure for a resident program. Plain data: it crosses threads. */
export interface ResidentRequest {
  readonly program: ResidentProgram;
  readonly structure: ReferenceStructure;
  /** Wall-clock limit, the start of the program included, s. */
  readonly timeout: number;
  /** What the program has printed when it is through with a structure; some seconds are waited for it. */
  readonly logEnds?: RegExp;
  /** Files of its folder whose texts are wanted after the structure; removed before it, so that they are this one's. */
  readonly reads?: readonly string[];
  /** The program ends with this structure. */
  readonly once?: true;
}

/** What the program printed and wrote. */
export interface ResidentTexts {
  /** stdout before its first structure. */
  readonly head: string;
  /** stdout of this structure. */
  readonly stdout: string;
  readonly stderr: string;
  /** By name; empty where there is none. */
  readonly files: Readonly<Record<string, string>>;
}

interface Evaluated {
  readonly texts: ResidentTexts;
  readonly seconds: number;
  /** Resident memory of all its processes together at the end, bytes; 0 where it was not seen. */
  readonly memory: number;
}

export interface ResidentForces extends Evaluated {
  readonly answered: true;
  /** eV */
  readonly energy: number;
  /** [3·atoms] eV/Å */
  readonly forces: Float64Array;
  /** What the client added to its forces. */
  readonly extras: string;
}

/** No forces; the program is gone. */
export interface ResidentFailed extends Evaluated {
  readonly answered: false;
  /** `ended`: it died, or was ended at a limit; `end` says how. */
  readonly failure: 'missing' | 'not-started' | 'store' | 'ended' | 'protocol';
  readonly message: string;
  readonly end: ProgramEnd;
  /** The structure had gone out to it. */
  readonly begun: boolean;
}

export type ResidentAnswer = ResidentForces | ResidentFailed;

/** Programs that stay. */
export interface Residents {
  /** Rejects with the signal's reason after an abort, when the program that had the structure is gone. */
  evaluate(request: ResidentRequest, signal: AbortSignal): Promise<ResidentAnswer>;
}
