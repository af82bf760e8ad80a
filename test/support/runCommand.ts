import { Command } from 'commander';
import { vi } from 'vitest';

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
