import { spawnSync } from 'node:child_process';

/** A python with these modules: $ANHARMONY_PYTHON, else python3 or that of Debian's packages; undefined where there is none. */
export function pythonWith(...modules: readonly string[]): string | undefined {
  const candidates = [process.env['ANHARMONY_PYTHON'], 'python3', '/usr/bin/python3'].filter(
    (name) => name !== undefined,
  );
  return candidates.find(
    (name) => spawnSync(name, ['-c', `import ${modules.join(', ')}`], { timeout: 60_000 }).status === 0,
  );
}

/** What a script that prints JSON on its last line said. */
export function runPython(python: string, script: string, ...args: readonly string[]): unknown {
  const { status, stdout, stderr } = spawnSync(python, ['-W', 'ignore', '-c', script, ...args], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (status !== 0) throw new Error(`python failed: ${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}
