// Stands in for VASP: reads POSCAR, INCAR, KPOINTS and POTCAR of its folder, writes OUTCAR, vasprun.xml, CHGCAR and (LWAVE)
// WAVECAR as version 6.2.0 lays them out. Atoms repel each other by Z Z' exp(−r²/4)/20 eV, Z being the POTCARs' valence.
// Usage: node vasp.mjs MODE…: how each run of one folder goes, the last mode staying; inputs of each run are kept in history.json.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const history = existsSync('history.json') ? JSON.parse(readFileSync('history.json', 'utf8')) : [];
const modes = process.argv.slice(2);
const mode = modes[Math.min(history.length, modes.length - 1)];
const read = (name) => readFileSync(name, 'utf8');
const incar = Object.fromEntries(
  read('INCAR')
    .trim()
    .split('\n')
    .map((line) => line.split('=').map((part) => part.trim())),
);
history.push({ ...incar, CHGCAR: existsSync('CHGCAR'), WAVECAR: existsSync('WAVECAR') });
writeFileSync('history.json', JSON.stringify(history));

/** What the real program says, and where it stops. */
const FAILURES = {
  brmix: ' BRMIX: very serious problems\n the old and the new charge density differ',
  'zhegv-rmm':
    ' WARNING in EDDRMM: call to ZHEGV failed, returncode =   6  3      8\n Error EDDRMM: Call to ZHEGV failed. Returncode =   9',
  'zhegv-davidson': ' Error EDDDAV: Call to ZHEGV failed. Returncode =  11 1 2',
  subspace: ' WARNING: Sub-Space-Matrix is not hermitian in DAV            1  -4.664911270',
  bands: ' |     TOO FEW BANDS!! YOUR SYSTEM SPECIFIES AN INSUFFICIENT NUMBER OF BANDS  |',
  zpotrf: ' LAPACK: Routine ZPOTRF failed!          48           1           1',
  posmap: ' POSMAP internal error: symmetry equivalent atom not found,',
  wavecar: ' ERROR: while reading WAVECAR, plane wave coefficients changed 2812 2810',
  core: ' internal error in SET_CORE_WF, core electrons incorrect',
  typo: " Error reading item 'EDIFF' from file INCAR.",
  bug: ' -----------------------------\n|  VERY BAD NEWS! internal error in subroutine SGRCON  |',
};
const HEAD = ' vasp.6.2.0 18Jan21 (build Apr 11 2021 14:08:08) complex\n';
if (mode === 'silent') process.exit(0);
if (mode === 'hang') await new Promise(() => setInterval(() => undefined, 1000));
if (mode === 'memory') {
  console.error('forrtl: severe (41): insufficient virtual memory');
  process.exit(41);
}
if (mode === 'disk') {
  console.error('forrtl: No space left on device');
  process.exit(38);
}
if (FAILURES[mode] !== undefined) {
  writeFileSync('OUTCAR', HEAD);
  console.log(FAILURES[mode]);
  // Exit code 0, as after many of the real ones.
  process.exit(0);
}

const [, scale, a, b, c, names, counts, , ...rest] = read('POSCAR').trimEnd().split('\n');
const lattice = [a, b, c].flatMap((line) =>
  line
    .trim()
    .split(/\s+/)
    .map((x) => Number(scale) * Number(x)),
);
const species = names.trim().split(/\s+/);
const number = counts.trim().split(/\s+/).map(Number);
const potcar = read('POTCAR');
const titles = [...potcar.matchAll(/TITEL\s*=\s*(.*)/g)].map((m) => m[1].trim());
const valence = [...potcar.matchAll(/ZVAL\s*=\s*([\d.]+)/g)].map((m) => Number(m[1]));
if (titles.length !== species.length) {
  console.log(' ERROR: the type information on POSCAR and POTCAR are incompatible');
  process.exit(1);
}
const atoms = number
  .flatMap((n, kind) => Array(n).fill(kind))
  .map((kind, i) => {
    const fractional = rest[i].trim().split(/\s+/).map(Number);
    const position = [0, 1, 2].map((k) =>
      fractional.reduce((sum, f, row) => sum + f * lattice[3 * row + k], 0),
    );
    return { kind, fractional, position, force: [0, 0, 0] };
  });
let energy = 0;
const cells = [-2, -1, 0, 1, 2].flatMap((i) =>
  [-2, -1, 0, 1, 2].flatMap((j) => [-2, -1, 0, 1, 2].map((k) => [i, j, k])),
);
for (const p of atoms) {
  for (const q of atoms) {
    // Nearest image first: positions need not be wrapped.
    const f = [0, 1, 2].map((k) => {
      const d = q.fractional[k] - p.fractional[k];
      return d - Math.round(d);
    });
    for (const cell of cells) {
      if (p === q && cell.every((n) => n === 0)) continue;
      const d = [0, 1, 2].map((k) =>
        f.reduce((sum, x, row) => sum + (x + cell[row]) * lattice[3 * row + k], 0),
      );
      const v =
        (valence[p.kind] * valence[q.kind] * Math.exp(-(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]) / 4)) / 20;
      energy += v / 2;
      for (let k = 0; k < 3; k++) p.force[k] -= (d[k] * v) / 2;
    }
  }
}

const fail = mode === 'unconverged' || mode === 'relaxed' ? mode : '';
const steps = fail === 'unconverged' ? Number(incar.NELM) : 9;
const [, , , grid, shift] = read('KPOINTS').trimEnd().split('\n');
const kpoints = kpointCount(grid.trim().split(/\s+/).map(Number), shift.trim().split(/\s+/).map(Number));

/** k and −k are one point where ISYM = 0. */
function kpointCount(n, s) {
  const seen = new Set();
  for (let i = 0; i < n[0]; i++)
    for (let j = 0; j < n[1]; j++)
      for (let k = 0; k < n[2]; k++) {
        const at = [i, j, k].map((x, axis) => (2 * x + 2 * s[axis]) / (2 * n[axis]));
        const key = (sign) =>
          at.map((x) => ((((sign * x) % 1) + 1) % 1).toFixed(6).replace('1.000000', '0.000000')).join(' ');
        if (incar.ISYM === '-1' || !seen.has(key(-1))) seen.add(key(1));
      }
  return seen.size;
}

const vector = (v, digits = 8) => `   <v> ${v.map((x) => x.toFixed(digits).padStart(16)).join(' ')} </v>`;
const array = (name, rows) =>
  `  <varray name="${name}" >\n${rows.map((row) => vector(row)).join('\n')}\n  </varray>`;
const number_ = (name, value) => `   <i name="${name}">${value.padStart(16)}</i>`;
const int = (name, value) => `   <i type="int" name="${name}">${String(value).padStart(6)}</i>`;
const rows = [0, 3, 6].map((k) => lattice.slice(k, k + 3));
const printed = mode === 'overflow' ? '****************' : energy.toFixed(8);
const encut = mode === 'other-cutoff' ? 400 : Number(incar.ENCUT);
const calculation = ` <calculation>
${Array.from({ length: steps }, () => `  <scstep>\n   <energy>\n    ${number_('e_fr_energy', printed)}\n   </energy>\n  </scstep>`).join('\n')}
  <structure>
   <crystal>
${array('basis', rows)}
   </crystal>
${array(
  'positions',
  atoms.map(({ fractional }, i) =>
    mode === 'other-atoms' && i === 0 ? fractional.map((x) => x + 0.05) : fractional,
  ),
)}
  </structure>
${array(
  'forces',
  atoms.map(({ force }) => force),
)}
  <energy>
${number_('e_fr_energy', printed)}
  </energy>
 </calculation>`;
const xml = `<?xml version="1.0" encoding="ISO-8859-1"?>
<modeling>
 <generator>
  <i name="program" type="string">vasp </i>
  <i name="version" type="string">6.2.0  </i>
 </generator>
 <kpoints>
${array('kpointlist', Array(mode === 'other-kpoints' ? 1 : kpoints).fill([0, 0, 0]))}
 </kpoints>
 <parameters>
  <separator name="electronic" >
   <i type="string" name="PREC">${incar.PREC.slice(0, 6).toLowerCase()}</i>
${number_('ENMAX', encut.toFixed(8))}
${number_('EDIFF', Number(incar.EDIFF).toFixed(8))}
${int('ISMEAR', incar.ISMEAR)}
${number_('SIGMA', Number(incar.SIGMA).toFixed(8))}
   <i type="logical" name="LREAL"> F  </i>
${int('NELM', incar.NELM)}
${int('ISYM', incar.ISYM)}
${int('IBRION', incar.IBRION)}
${int('NSW', incar.NSW)}
  </separator>
  <separator name="response functions" >
${int('NELM', 1)}
  </separator>
 </parameters>
 <atominfo>
  <array name="atoms" >
   <set>
${atoms.map(({ kind }) => `    <rc><c>${species[kind].padEnd(2)}</c><c>${String(kind + 1).padStart(4)}</c></rc>`).join('\n')}
   </set>
  </array>
  <array name="atomtypes" >
   <set>
${species.map((name, k) => `    <rc><c>${String(number[k]).padStart(4)}</c><c>${name.padEnd(2)}</c><c> 1.0</c><c> ${valence[k]}</c><c>  ${mode === 'other-potcar' ? `PAW_PBE ${name}_h 01Jan1999` : titles[k]}               </c></rc>`).join('\n')}
   </set>
  </array>
 </atominfo>
${calculation}
`;
const whole = `${xml}${fail === 'relaxed' ? calculation : ''}\n</modeling>\n`;
if (mode === 'killed') {
  writeFileSync('OUTCAR', HEAD);
  writeFileSync('CHGCAR', 'density');
  writeFileSync('vasprun.xml', xml.slice(0, xml.length - 300));
  process.kill(process.pid, 'SIGKILL');
}
writeFileSync(
  'vasprun.xml',
  mode === 'cut' ? whole.slice(0, whole.indexOf('"forces"')) : mode === 'garbage' ? 'garbage' : whole,
);
writeFileSync(
  'OUTCAR',
  [
    HEAD,
    mode === 'unconverged'
      ? ''
      : '------------------------ aborting loop because EDIFF is reached ----------',
    mode === 'stopped' ? '' : ' General timing and accounting informations for this job:',
    '',
  ].join('\n'),
);
writeFileSync('CHGCAR', 'density');
if (incar.LWAVE === '.TRUE.') writeFileSync('WAVECAR', 'orbitals');
if (mode === 'warned') console.log(FAILURES.brmix);
console.log(' running on    1 total cores\n reached required accuracy');
if (mode === 'exit') process.exit(3);
