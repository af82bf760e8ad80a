import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderLive } from '../../../src/cli/live/render.js';
import { sampleState, sampleWalker } from './sample.js';

const widest = (text: string) => Math.max(...text.split('\n').map((line) => [...line].length));
const START = sampleState({
  stage: 'initialise',
  round: 0,
  walkers: [],
  structures: { training: 0, fromMd: 0, pending: 2, quarantined: 0 },
  fittingError: null,
  expectedError: null,
  timeLeft: null,
  elapsed: 0.4,
  messages: [],
});

describe('the live view', () => {
  it('at 80 columns', () => {
    expect(renderLive(sampleState(), 80)).toMatchInlineSnapshot(`
      "anharmony  silicon                                         running · 2 min 14 s
      initialise → [MD] → reference → refit → converged?                     round 12

               ━ ε_B  ┈ threshold  meV/Å
         3.12 │⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂
              │  ⢀⡴⠒⠲⣄             ⣠⠖⠒⠦⡄             ⡴⠒⠒⢦             ⢠⠖⠒⠲⡄
              │ ⢠⠞   ⠘⢦           ⣰⠃   ⠹⡄          ⢀⡞⠁  ⠈⢧           ⣰⠋   ⠙⣆
              │⢠⠏     ⠈⢧         ⡼⠁     ⠹⡄        ⢀⡞     ⠈⢳         ⣰⠃     ⠘⣆
              │⠋       ⠈⢧       ⣸⠁       ⠹⡄      ⢀⡞       ⠈⢧       ⣰⠃       ⠘⣆
              │         ⠈⣇     ⣠⠇         ⢹⡀     ⡼         ⠈⣇     ⢠⠇         ⠸⡄     ⣸
              │          ⠘⣆   ⣰⠃           ⠳⡄  ⢀⡞⠁          ⠈⢧⡀  ⣠⠏           ⠹⣄  ⢀⡼⠁
         1.63 │           ⠈⠓⠶⠚⠁             ⠙⠲⠖⠋              ⠙⠶⠚⠁             ⠈⠓⠶⠋

      walker       step    MD time     ε_B  threshold     μ_k     σ_k       T
           1     32,412   32.41 ps    2.31       3.05    2.30   0.250   301 K

      structures         17 training, 12 from MD, 2 awaiting labels, 1 quarantined
      β^-1/2             10.2 meV/Å  fitting error
      force error        9.80–11.7 meV/Å  expected

      MD time            ████████████████████   32.40 ps ≥ 5.00 ps  ✓
      MD since refit     ████████░░░░░░░░░░░░   0.400 ps ≥ 1.00 ps
      Structures from MD ████████████████░░░░         12 ≥ 15
      μ / β^-1/2         ████████████████░░░░       0.31 ≤ 0.25
                         β^-1/2: 4.1 % over the last refits, levelled off below 3.0 %

      time left          about 1 min 24 s
      server             embedded, 127.0.0.1:45123
      results            runs/silicon

      00:02:10 refit on 17 structures: β^-1/2 = 10.2 meV/Å"
    `);
  });

  it('before MD', () => {
    expect(renderLive(START, 80)).toMatchInlineSnapshot(`
      "anharmony  silicon                                             running · 0.40 s
      [initialise] → MD → reference → refit → converged?

      structures         0 training, 0 from MD, 2 awaiting labels
      β^-1/2             –  fitting error
      force error        –  expected

      MD time            ████████████████████   32.40 ps ≥ 5.00 ps  ✓
      MD since refit     ████████░░░░░░░░░░░░   0.400 ps ≥ 1.00 ps
      Structures from MD ████████████████░░░░         12 ≥ 15
      μ / β^-1/2         ████████████████░░░░       0.31 ≤ 0.25
                         β^-1/2: 4.1 % over the last refits, levelled off below 3.0 %

      time left          not known yet
      server             embedded, 127.0.0.1:45123
      results            runs/silicon"
    `);
  });

  it('with four walkers at 120 columns, converged', () => {
    const walkers = [1, 2, 3, 4].map((walker) => sampleWalker(walker));
    expect(renderLive(sampleState({ walkers, verdict: 'converged' }), 120)).toMatchInlineSnapshot(`
      "anharmony  silicon                                                                               converged · 2 min 14 s
      initialise → MD → reference → refit → converged?                                                               round 12

               ━ ε_B  ┈ threshold  meV/Å
         3.12 │⢁⣁⡥⠥⠗⠓⠓⠓⠳⠥⢥⣁⣁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⢁⣁⣡⠥⠵⠓⠓⠓⠓⠧⠥⣅⣁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⣁⣡⠥⠵⠓⠓⠓⠓⠧⠥⣅⣁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⣁⣡⠥⠵⠓⠓⠓⠓⠳⠥⣅⣁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁
         1.63 │⠉           ⠈⠙⠒⠲⠤⢤⣀⣀⣠⠤⠴⠒⠚⠉           ⠈⠙⠒⠲⠤⢤⣀⣀⣠⠤⠤⠖⠚⠉⠁          ⠈⠉⠓⠲⠤⠤⣄⣀⣠⠤⠤⠖⠚⠉⠁          ⠈⠉⠓⠲⠤⠤⣄⣀⣀⡤⠤⠴⠚  walker 1
         3.12 │⢁⣁⡥⠥⠗⠓⠓⠓⠳⠥⢥⣁⣁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⢁⣁⣡⠥⠵⠓⠓⠓⠓⠧⠥⣅⣁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⣁⣡⠥⠵⠓⠓⠓⠓⠧⠥⣅⣁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⣁⣡⠥⠵⠓⠓⠓⠓⠳⠥⣅⣁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁
         1.63 │⠉           ⠈⠙⠒⠲⠤⢤⣀⣀⣠⠤⠴⠒⠚⠉           ⠈⠙⠒⠲⠤⢤⣀⣀⣠⠤⠤⠖⠚⠉⠁          ⠈⠉⠓⠲⠤⠤⣄⣀⣠⠤⠤⠖⠚⠉⠁          ⠈⠉⠓⠲⠤⠤⣄⣀⣀⡤⠤⠴⠚  walker 2
         3.12 │⢁⣁⡥⠥⠗⠓⠓⠓⠳⠥⢥⣁⣁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⢁⣁⣡⠥⠵⠓⠓⠓⠓⠧⠥⣅⣁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⣁⣡⠥⠵⠓⠓⠓⠓⠧⠥⣅⣁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⣁⣡⠥⠵⠓⠓⠓⠓⠳⠥⣅⣁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁
         1.63 │⠉           ⠈⠙⠒⠲⠤⢤⣀⣀⣠⠤⠴⠒⠚⠉           ⠈⠙⠒⠲⠤⢤⣀⣀⣠⠤⠤⠖⠚⠉⠁          ⠈⠉⠓⠲⠤⠤⣄⣀⣠⠤⠤⠖⠚⠉⠁          ⠈⠉⠓⠲⠤⠤⣄⣀⣀⡤⠤⠴⠚  walker 3
         3.12 │⢁⣁⡥⠥⠗⠓⠓⠓⠳⠥⢥⣁⣁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⢁⣁⣡⠥⠵⠓⠓⠓⠓⠧⠥⣅⣁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⣁⣡⠥⠵⠓⠓⠓⠓⠧⠥⣅⣁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⣁⣡⠥⠵⠓⠓⠓⠓⠳⠥⣅⣁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁
         1.63 │⠉           ⠈⠙⠒⠲⠤⢤⣀⣀⣠⠤⠴⠒⠚⠉           ⠈⠙⠒⠲⠤⢤⣀⣀⣠⠤⠤⠖⠚⠉⠁          ⠈⠉⠓⠲⠤⠤⣄⣀⣠⠤⠤⠖⠚⠉⠁          ⠈⠉⠓⠲⠤⠤⣄⣀⣀⡤⠤⠴⠚  walker 4

      walker       step    MD time     ε_B  threshold     μ_k     σ_k       T  steps/s
           1     32,412   32.41 ps    2.31       3.05    2.30   0.250   301 K      412
           2     32,412   32.41 ps    2.31       3.05    2.30   0.250   301 K      412
           3     32,412   32.41 ps    2.31       3.05    2.30   0.250   301 K      412
           4     32,412   32.41 ps    2.31       3.05    2.30   0.250   301 K      412

      structures         17 training, 12 from MD, 2 awaiting labels, 1 quarantined
      β^-1/2             10.2 meV/Å  fitting error
      force error        9.80–11.7 meV/Å  expected

      MD time            ████████████████████   32.40 ps ≥ 5.00 ps  ✓
      MD since refit     ████████░░░░░░░░░░░░   0.400 ps ≥ 1.00 ps
      Structures from MD ████████████████░░░░         12 ≥ 15
      μ / β^-1/2         ████████████████░░░░       0.31 ≤ 0.25
                         β^-1/2: 4.1 % over the last refits, levelled off below 3.0 %

      server             embedded, 127.0.0.1:45123
      results            runs/silicon

      00:02:10 refit on 17 structures: β^-1/2 = 10.2 meV/Å"
    `);
  });

  it('never draws beyond the width, whatever the state and the terminal', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 41, max: 200 }),
        fc.integer({ min: 0, max: 9 }),
        fc.string({ maxLength: 200 }),
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        (width, walkers, name, value) => {
          const state = sampleState({
            campaign: name,
            results: name,
            server: name,
            messages: [name],
            timeLeft: value,
            elapsed: value,
            walkers: Array.from({ length: walkers }, (_, i) =>
              sampleWalker(i + 1, { error: value, time: value, step: Math.floor(value) }),
            ),
          });
          expect(widest(renderLive(state, width))).toBeLessThan(width);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('gives way to a low terminal: messages and plot first', () => {
    const heights = [50, 34, 30, 26, 22, 20].map(
      (height) => renderLive(sampleState(), 80, { height }).split('\n').length,
    );
    expect(heights.every((lines, i) => lines < [50, 34, 30, 26, 22, 20][i])).toBe(true);
    expect(renderLive(sampleState(), 80, { height: 20 })).toContain('17 training, 12 from MD');
  });

  it('lets nothing from outside move the cursor', () => {
    const evil = 'a\u001b[2Jb\nc\rd\u202e';
    const text = renderLive(
      sampleState({ campaign: evil, server: evil, results: evil, messages: [evil] }),
      80,
    );
    expect(['\u001b', '\r', '\u202e'].filter((character) => text.includes(character))).toEqual([]);
    expect(text.split('\n')).toHaveLength(renderLive(sampleState(), 80).split('\n').length);
  });

  it('colours only when asked to, and then changes nothing else', () => {
    const coloured = renderLive(sampleState(), 80, { colour: true });
    expect(coloured).toContain('\u001b[');
    expect(coloured.replace(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g'), '')).toBe(
      renderLive(sampleState(), 80),
    );
  });
});
