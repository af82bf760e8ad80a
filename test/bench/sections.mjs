/** Runs the sections of the bench, each in a process of its own, so that memory and caches are its own, too. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { reasonOf, virtualEnvironment } from '../../scripts/virtualEnvironment.mjs';

const here = (file) => fileURLToPath(new URL(file, import.meta.url));

function lines(program, args, seconds) {
  return new Promise((resolve, reject) => {
    const options = { timeout: 1000 * seconds, maxBuffer: 2 ** 26 };
    execFile(program, args, options, (error, stdout, stderr) => {
      const found = stdout.split('\n').filter((line) => line.startsWith('{'));
      if (found.length > 0) resolve(found.map((line) => JSON.parse(line)));
      else
        reject(
          new Error(
            `${args.join(' ')}: ${error?.killed ? `stopped after ${seconds} s` : stderr.slice(-800)}`,
          ),
        );
    });
  });
}

/** Figures of one section. */
export async function section(file, ...args) {
  const [figures] = await lines(process.execPath, ['--expose-gc', here(file), ...args], 3600);
  return figures;
}

const PACKAGES = ['hiphive==1.5', 'numpy', 'scikit-learn'];

/** Python with the peers, in a virtual environment in the user's cache; undefined, said loudly, where that cannot be. */
export function peersPython() {
  if (process.env.ANHARMONY_PEERS_PYTHON) return process.env.ANHARMONY_PEERS_PYTHON;
  try {
    return virtualEnvironment('bench-peers', PACKAGES, ['hiphive', 'sklearn']);
  } catch (error) {
    process.stdout.write(
      `\nNO PEERS: Python 3 with venv and ${PACKAGES.join(', ')} are not to be had: ${reasonOf(error)}\n`,
    );
    process.stdout.write('Figures that compare with them are left out.\n');
    return undefined;
  }
}

/** Figures of the peers by name; what came before a time limit counts. */
export async function peers(python, name, mode) {
  const found = await lines(python, [here('peers.py'), name, mode], 1800);
  return Object.fromEntries(found.map(({ what, ...figures }) => [what, figures]));
}
