import { describe, expect, it } from 'vitest';
import { computeLabel } from '../../../src/reference/attempts.js';
import type { QuantumEspressoSettings } from '../../../src/reference/calculators/quantumEspresso/settings.js';
import { quantumEspresso } from '../../../src/reference/calculators/quantumEspresso.js';
import { createCalculator } from '../../../src/reference/catalogue.js';
import { DEFAULT_GATE_LIMITS } from '../../../src/reference/gateLimits.js';
import { calculatorConformance } from '../../conformance/calculator.js';
import { cube, hasPw, PSEUDO, PW_SKIP, pseudopotential, silicon8, siliconSettings } from '../pw.js';
import { inScratch } from '../scratch.js';

describe.skipIf(!hasPw)(`pw.x itself${PW_SKIP}`, () => {
  const settings: QuantumEspressoSettings = {
    ...siliconSettings(),
    pseudopotentials: { Al: pseudopotential(PSEUDO.Al), As: pseudopotential(PSEUDO.As) },
  };
  calculatorConformance({
    name: 'quantum-espresso (AlAs)',
    create: (context) => createCalculator(settings, context),
    structure: cube(5.66, ['Al', 'As']),
    unknownSpecies: 'Ge',
    // The grid of the exchange-correlation energy sees translations.
    noise: { forces: 5e-3, energy: 2e-6 },
  });

  it('needs more steps than it is given: they are raised, and it goes on from the density', async () => {
    const tiny = quantumEspresso(siliconSettings({ electrons: { electron_maxstep: 3 } }), {
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
    expect(answer.attempts[0].evidence?.join()).toMatch(/convergence NOT achieved after {3}3 iterations/);
    expect(answer.attempts.at(-1)).toMatchObject({
      outcome: 'accepted',
      program: expect.stringMatching(/^PWSCF \d/),
    });
    expect(answer.attempts.at(-1)?.corrections).toContain('more-steps');
    expect(answer.attempts.at(-1)?.changesPhysics).toBeUndefined();
  });
});
