import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { vi } from 'vitest';

/** Real DFT data that are not part of the project; tests that use them are skipped where the folder is absent. */
export const SHARED = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
export const hasRealData = existsSync(join(SHARED, 'si64-pbesol.xyz'));

const paths = (names: readonly string[]) => names.map((name) => join(SHARED, name));
/** Unit cell, ideal supercell and data. */
export const SI = paths(['si.POSCAR', 'si64-pbesol.POSCAR', 'si64-pbesol.xyz']);
export const NACL = paths(['nacl64.POSCAR', 'nacl64.POSCAR', 'nacl64.xyz']);

/** What a command writes to standard output and to standard error. */
export async function runCommand(
  register: (program: Command) => void,
  ...args: readonly string[]
): Promise<{ readonly out: string; readonly err: string }> {
  const [out, err]: string[][] = [[], []];
  const into = (list: string[]) => (text: string | Uint8Array) => list.push(String(text)) > 0;
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(into(out)),
    vi.spyOn(process.stderr, 'write').mockImplementation(into(err)),
  ];
  try {
    const program = new Command().exitOverride();
    register(program);
    await program.parseAsync(args, { from: 'user' });
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return { out: out.join(''), err: err.join('') };
}
