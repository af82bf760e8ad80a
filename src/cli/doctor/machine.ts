import { readFile, statfs } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { dirname } from 'node:path';

/** What this machine gives a process. */
export interface Machine {
  readonly platform: string;
  readonly node: { readonly version: string; readonly wanted: string; readonly suffices: boolean };
  /** Cores that this process may use, and those of the machine. */
  readonly cores: { readonly usable: number; readonly all: number; readonly model: string };
  /** Bytes; `limit` is that of the control group (a container), where there is one below the machine's. */
  readonly memory: { readonly total: number; readonly limit?: number };
  /** Bytes free for this user where the home is or would be. */
  readonly disk: { readonly home: string; readonly free?: number; readonly problem?: string };
}

/** The oldest Node that runs this program, as package.json says. */
export const OLDEST_NODE = [20, 3] as const;

export async function inspectMachine(home: string): Promise<Machine> {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [model] = cpus();
  return {
    platform: `${process.platform} ${process.arch}`,
    node: {
      version: process.versions.node,
      wanted: `>=${OLDEST_NODE.join('.')}`,
      suffices: major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]),
    },
    cores: { usable: availableParallelism(), all: cpus().length, model: model?.model.trim() ?? 'unknown' },
    memory: { total: totalmem(), ...(await memoryLimit()) },
    disk: await freeDisk(home),
  };
}

async function memoryLimit(): Promise<{ limit?: number }> {
  for (const path of ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes']) {
    const limit = Number(await readFile(path, 'utf8').catch(() => ''));
    if (limit > 0 && limit < totalmem()) return { limit };
  }
  return {};
}

async function freeDisk(home: string): Promise<Machine['disk']> {
  for (let folder = home; ; folder = dirname(folder)) {
    try {
      const { bavail, bsize } = await statfs(folder);
      return { home, free: bavail * bsize };
    } catch (error) {
      if (dirname(folder) === folder)
        return { home, problem: error instanceof Error ? error.message : String(error) };
    }
  }
}
