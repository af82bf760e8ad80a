import { spawnSync } from 'node:child_process';
import type { DataFile, DataFrame } from '../../crystal/data.js';
import { FailureError, inputError, type Problem } from '../../errors.js';

/** Prints one JSON document: every ionic step with what a label needs, doubles in full. */
const SCRIPT = `
import json, sys
try:
    import ase
    from ase.io import read
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(90)
steps = []
for atoms in read(sys.argv[1], index=':', format='vasp-out'):
    results = atoms.calc.results if atoms.calc else {}
    energy = results.get('free_energy', results.get('energy'))
    steps.append({'lattice': atoms.cell.array.ravel().tolist(), 'species': atoms.get_chemical_symbols(),
      'positions': atoms.positions.ravel().tolist(), 'energy': energy,
      'forces': results['forces'].ravel().tolist() if 'forces' in results else None})
print(json.dumps(steps))
`;
const NO_ASE = 90;
/** ms */
const TIMEOUT = 600_000;
/** Bytes of JSON. */
const LARGEST = 1 << 30;

interface AseStep {
  readonly lattice: readonly number[];
  readonly species: readonly string[];
  readonly positions: readonly number[];
  readonly energy: number | null;
  readonly forces: readonly number[] | null;
}

/**
 * The ionic steps of an OUTCAR, read by ASE; those whose electrons did not converge, which ASE does not look at, are refused.
 * @param python a Python with ASE; else ANHARMONY_PYTHON, python3 or /usr/bin/python3, whichever has it
 * @throws InputError where there is no such Python, or the file is no OUTCAR
 */
export function readOutcar(path: string, text: string, name: string, python?: string): DataFile {
  const steps = JSON.parse(ask(path, name, python)) as readonly AseStep[];
  const converged = convergedSteps(text);
  const frames: DataFrame[] = [];
  const refused: Problem[] = [];
  steps.forEach(({ lattice, species, positions, energy, forces }, k) => {
    const source = `${name} step ${k + 1}`;
    if (forces === null) refused.push({ field: source, message: 'has no forces' });
    else if (!converged[k]) {
      refused.push({
        field: source,
        message: 'its electrons did not converge',
        expected: 'the line `aborting loop because EDIFF is reached`',
      });
    } else {
      frames.push({
        lattice: Float64Array.from(lattice),
        species,
        positions: Float64Array.from(positions),
        forces: Float64Array.from(forces),
        ...(energy !== null && { energy }),
        number: k + 1,
        source,
      });
    }
  });
  return { frames, refused };
}

function ask(path: string, name: string, python: string | undefined): string {
  const wanted = python ?? (process.env['ANHARMONY_PYTHON'] || undefined);
  const candidates = wanted === undefined ? ['python3', '/usr/bin/python3'] : [wanted];
  for (const candidate of candidates) {
    const { error, status, stdout, stderr } = spawnSync(candidate, ['-c', SCRIPT, path], {
      encoding: 'utf8',
      timeout: TIMEOUT,
      maxBuffer: LARGEST,
    });
    if (error && (error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw new FailureError(`${candidate} could not read ${path}`, undefined, { cause: error });
    if (status === 0) return stdout;
    if (!error && status !== NO_ASE) {
      const [last = `exit code ${status}`] = stderr.trim().split('\n').slice(-1);
      throw inputError({
        field: name,
        message: 'ASE cannot read it as an OUTCAR',
        got: last,
        expected: 'a whole OUTCAR',
        hint: 'vasprun.xml of the same run needs no ASE and holds more digits',
      });
    }
  }
  throw inputError({
    field: name,
    message: 'an OUTCAR is read through ASE, which is not there',
    got: candidates.join(', '),
    expected: 'a Python with ASE',
    hint: 'name one by --python or ANHARMONY_PYTHON (Debian: apt install python3-ase; else pip install ase), or take vasprun.xml, which needs none',
  });
}

/** For each ionic step, whether its electronic loop ended because EDIFF was reached; the forces stand after it. */
function convergedSteps(text: string): readonly boolean[] {
  return text
    .split(/TOTAL-FORCE \(eV\/Angst\)/)
    .slice(0, -1)
    .map((step) => step.includes('aborting loop because EDIFF is reached'));
}
