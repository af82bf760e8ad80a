import type { Ladder, LadderRule } from '../../ladder.js';

/**
 * Failures of anything written in Python, told by the class of the exception (`errorLine`) where the bridge lived to write it, in the
 * order in which they are looked for. A code's own table goes before it.
 */
export const PYTHON_RULES: readonly LadderRule[] = [
  {
    symptom: 'disk-full',
    meaning: 'the disk of the scratch folder is full',
    failureClass: 'store',
    signs: [
      { in: 'exception', pattern: /\[Errno (28|122)\]/ },
      { in: 'stderr', pattern: /No space left on device|Disk quota exceeded/ },
      // Where no line of it could be written either.
      { in: 'exit', pattern: /^exit code 74$/ },
    ],
    corrections: [],
  },
  {
    symptom: 'memory',
    meaning: 'it needs more memory than there is',
    failureClass: 'program-known',
    signs: [
      { in: 'exception', pattern: /^\w+: .*\bMemoryError\b|\[Errno 12\]/ },
      { in: 'stderr', pattern: /^MemoryError|Cannot allocate memory|std::bad_alloc/ },
    ],
    corrections: [],
  },
  {
    symptom: 'not-importable',
    meaning: 'the calculator cannot be imported',
    failureClass: 'input-wrong',
    signs: [
      { in: 'exception', pattern: /^(start|import): / },
      { in: 'stderr', pattern: /^(ModuleNotFoundError|ImportError): / },
    ],
    corrections: [],
  },
  {
    symptom: 'bad-input',
    meaning: 'the calculator refuses its settings',
    failureClass: 'input-wrong',
    signs: [
      { in: 'exception', pattern: /^calculator: / },
      {
        in: 'exception',
        pattern:
          /^calculation: .*\b(CalculatorSetupError|InputError|BadConfiguration|PropertyNotImplementedError|EnvironmentError)\b/,
      },
    ],
    corrections: [],
  },
  {
    symptom: 'no-convergence',
    meaning: 'self-consistency does not converge',
    failureClass: 'program-known',
    signs: [{ in: 'exception', pattern: /^calculation: .*\b(SCFError|\w*ConvergenceError)\b/ }],
    corrections: [],
  },
];

/** Nothing that would help is known for any calculator: failures that are its own end in quarantine at once. */
export const ASE_LADDER: Ladder = { defaults: {}, rules: PYTHON_RULES };
