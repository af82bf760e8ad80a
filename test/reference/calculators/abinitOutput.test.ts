import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { abinitLadder } from '../../../src/reference/calculators/abinit/ladder.js';
import {
  convergenceSlope,
  errorsOf,
  readAbinitOutput,
  readSummary,
} from '../../../src/reference/calculators/abinit/output.js';
import { diagnose, nextCorrection } from '../../../src/reference/ladder.js';

const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/abinit/${name}`, import.meta.url), 'utf8');
/** Two atoms, As first, with Al as the first type: ABINIT 9.6.2. */
const output = fixture('sound.abo');
const end = fixture('sound-end.log');

describe('the output of a sound run', () => {
  const read = readAbinitOutput(output);
  it('in eV and Å, as ABINIT itself converts them', () => {
    // Its own bohr and Ha are those of 2006.
    const own = /cartesian forces \(eV\/Angstrom\) at end:\s*\n((?:\s+\d+(?:\s+\S+){3}\s*\n)+)/.exec(
      output,
    )![1];
    const rows = own
      .trimEnd()
      .split('\n')
      .flatMap((line) => line.trim().split(/\s+/).slice(1).map(Number));
    rows.forEach((f, i) => {
      expect(read.forces[i]).toBeCloseTo(f, 6);
    });
    expect(Math.max(...rows.map(Math.abs))).toBeGreaterThan(0.1);
    expect(read.energy).toBeCloseTo(Number(/total_energy_eV\s*:\s*(\S+)/.exec(output)![1]), 4);
  });
  it('has the atoms in order, with cell, k-points and cutoff', () => {
    expect(read.structure.species).toEqual(['As', 'Al']);
    expect(read.structure.positions[5]).toBeCloseTo(5.66 / 4 + 0.05, 6);
    expect(read.structure.lattice[1]).toBeCloseTo(2.83, 6);
    expect([read.kpoints, read.ecut, read.reached]).toEqual([1, 4, true]);
    expect(read.residuals['tolvrs']).toBeLessThan(1e-10);
    expect(read.meanForce).toBeLessThan(1e-2);
  });
  it('says at its end what it has read', () => {
    const summary = readSummary(end);
    expect(summary?.program).toBe('ABINIT 9.6.2');
    expect(summary?.pseudopotentials).toHaveLength(2);
    expect(summary?.pseudopotentials[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(summary?.stoppedByUser).toBe(false);
  });
});

describe('an output that was cut', () => {
  it.each([0.2, 0.5, 0.6])('after %f of it has no results', (part) => {
    expect(() => readAbinitOutput(output.slice(0, part * output.length))).toThrow(/documents/);
  });
  it('has no summary', () => expect(readSummary(end.slice(0, -10))).toBeUndefined());
});

describe('errors of ABINIT', () => {
  const log = `--- !ERROR
src_file: m_parser.F90
src_line: 3869
mpi_rank: 0
message: |
    Found token: \`FOOBAR\` in the input file.
    This name is not one of the registered input variable names (see https://docs.abinit.org/).
...
`;
  it('are read from their documents, and from the checks before them', () => {
    expect(errorsOf(log)).toMatch(
      /^m_parser\.F90: Found token: `FOOBAR` in the input file\. This name is not/,
    );
    const check =
      ' chkint_prt: ERROR -\n  The value of the input variable ixc is 99999.\n  Action: change ixc.\n\n';
    expect(errorsOf(check + log).split('\n')[0]).toBe(
      'chkint_prt: The value of the input variable ixc is 99999. Action: change ixc.',
    );
    expect(errorsOf(end)).toBe('');
  });
  it.each([
    ['bad-input', { errors: errorsOf(log) }],
    [
      'bad-input',
      { stderr: 'At line 281 of file m_pspheads.F90 (unit = 1024)\nFortran runtime error: End of file' },
    ],
    ['unreadable-restart', { stderr: "At line 12 of file m_hdr.F90 (unit = 7, file = 'runi_DEN')" }],
    ['disk-full', { stderr: 'forrtl: No space left on device' }],
    ['memory', { errors: 'm_memory.F90: increase limit on available memory or set mem_test to 0' }],
    [
      'time-limit',
      {
        stdout:
          'Approaching time limit 10.00 [s]. Will exit istep loop in scfcv_core.\nnstep 60 was not enough SCF cycles to converge.',
      },
    ],
    [
      'no-convergence',
      { stdout: '    nstep 60 was not enough SCF cycles to converge.', output: etot([1, 1.1, 0.9, 1]) },
    ],
    [
      'slow-convergence',
      { stdout: '    nstep 60 was not enough SCF cycles to converge.', output: etot([1, 0.1, 0.01, 1e-3]) },
    ],
  ])('%s', (symptom, texts) => {
    expect(diagnose(abinitLadder(false).rules, texts)?.rule.symptom).toBe(symptom);
  });
});

/** A self-consistent cycle with these residuals of the potential. */
function etot(residuals: readonly number[]): string {
  const line = (r: number, i: number) =>
    ` ETOT ${i + 1}  -31.08645  -3.109E+01 6.525E-03 ${r.toExponential(3)} 1.4E-02\n`;
  return residuals.map(line).join('');
}

describe('the ladder', () => {
  it('sees how fast self-consistency falls', () => {
    expect(convergenceSlope(etot([1, 0.1, 0.01]))).toBeCloseTo(-1, 10);
    expect(convergenceSlope(etot([1, 2]))).toBe(0);
    expect(convergenceSlope(output)).toBeLessThan(-0.5);
  });
  it('passes over mixing that was tried, and changes physics only where it may', () => {
    const ladder = abinitLadder(false);
    const climb = (settings: Record<string, number>, changePhysics: boolean) => {
      const made = [];
      for (;;) {
        const next = nextCorrection(ladder, 'no-convergence', settings, made, { limit: 9, changePhysics });
        if (next === undefined) return made.map(({ name }) => name);
        made.push(next);
      }
    };
    expect(climb({ ecut: 20 }, false)).toEqual(['nline-6', 'nline-8', 'insulator-mixing']);
    expect(climb({ iscf: 2 }, true)).toEqual([
      'nline-6',
      'pulay-mixing',
      'nline-8',
      'insulator-mixing',
      'smearing',
    ]);
  });
});
