import { describe, expect, it } from 'vitest';
import { computeLabel } from '../../../src/reference/attempts.js';
import type { AbinitSettings } from '../../../src/reference/calculators/abinit/settings.js';
import { abinit } from '../../../src/reference/calculators/abinit.js';
import { createCalculator } from '../../../src/reference/catalogue.js';
import { DEFAULT_GATE_LIMITS } from '../../../src/reference/gateLimits.js';
import { calculatorConformance } from '../../conformance/calculator.js';
import { ABINIT_PSEUDO, ABINIT_SKIP, hasAbinit, siliconAbinit } from '../abinit.js';
import { cube, pseudopotential, silicon8 } from '../pw.js';
import { inScratch } from '../scratch.js';

describe.skipIf(!hasAbinit)(`ABINIT itself${ABINIT_SKIP}`, () => {
  const settings: AbinitSettings = {
    ...siliconAbinit(),
    pseudopotentials: { Al: pseudopotential(ABINIT_PSEUDO.Al), As: pseudopotential(ABINIT_PSEUDO.As) },
  };
  calculatorConformance({
    name: 'abinit (AlAs)',
    create: (context) => createCalculator(settings, context),
    structure: cube(5.66, ['Al', 'As']),
    unknownSpecies: 'Ge',
    // The grid of the exchange-correlation energy sees translations.
    noise: { forces: 2e-2, energy: 2e-6 },
  });

  it('needs more steps than it is given, and exits with 0: they are raised, and it goes on from its wavefunctions', async () => {
    const tiny = abinit(siliconAbinit({ variables: { ecut: 5, nstep: 10, tolvrs: 1e-18 } }), {
      species: silicon8.species,
      folder: '/',
    });
    const answer = await inScratch(({ scratch, signal }) =>
      computeLabel({
        calculator: tiny,
        structure: silicon8,
        limits: DEFAULT_GATE_LIMITS,
        attempts: 2,
        signal,
        scratch: `${scratch}/run`,
      }),
    );
    expect(answer.accepted).toBe(true);
    expect(answer.attempts[0]).toMatchObject({ outcome: 'failed', symptom: 'slow-convergence' });
    expect(answer.attempts[0].evidence?.join()).toMatch(/nstep 10 was not enough SCF cycles to converge/);
    expect(answer.attempts[1]).toMatchObject({
      outcome: 'accepted',
      corrections: ['more-steps'],
      program: expect.stringMatching(/^ABINIT \d/),
    });
    expect(answer.attempts[1].changesPhysics).toBeUndefined();
  });
});
