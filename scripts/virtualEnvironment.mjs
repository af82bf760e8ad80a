/** A Python with packages from PyPI, in a folder of its own in the user's cache: made once, used from then on. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** As Python's own `venv` and `pip` make it. Throws where there is no Python 3 with `venv`, or no way to PyPI. */
export function virtualEnvironment(name, packages, modules) {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'anharmony', name);
  const python = join(folder, 'bin', 'python');
  if (!existsSync(python)) {
    mkdirSync(folder, { recursive: true });
    run('python3', ['-m', 'venv', folder]);
  }
  const imports = ['-c', `import ${modules.join(', ')}`];
  try {
    run(python, imports);
  } catch {
    process.stderr.write(`installing ${packages.join(', ')} into ${folder}\n`);
    run(python, ['-m', 'pip', 'install', '--quiet', '--only-binary=:all:', ...packages]);
    run(python, imports);
  }
  return python;
}

/** Last line of what a program complained about. */
export function reasonOf(error) {
  return String(error.stderr ?? error.message)
    .trim()
    .split('\n')
    .at(-1);
}

function run(program, args) {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 600_000 });
}
