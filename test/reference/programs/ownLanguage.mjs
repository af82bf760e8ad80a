// A reference program that reads a language of its own and answers in JSON: node ownLanguage.mjs INPUT OUTPUT. Lines `cell`, three rows,
// `atoms N`, then `SPECIES x y z` each; forces as by gaussian.mjs.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [input, output] = process.argv.slice(2);
const [, ...lines] = readFileSync(input, 'utf8').trimEnd().split('\n');
const lattice = lines.slice(0, 3).join(' ');
const atoms = lines.slice(4);
if (lines[3] !== `atoms ${atoms.length}`) throw new Error(lines[3]);
const properties = 'Properties=species:S:1:pos:R:3 pbc="T T T"';
writeFileSync('frame.xyz', `${atoms.length}\nLattice="${lattice}" ${properties}\n${atoms.join('\n')}\n`);
const program = fileURLToPath(new URL('gaussian.mjs', import.meta.url));
execFileSync(process.execPath, [program, 'well', 'frame.xyz', 'answer.xyz']);
const [, comment, ...rows] = readFileSync('answer.xyz', 'utf8').trimEnd().split('\n');
const answer = {
  energy: Number(/REF_energy=(\S+)/.exec(comment)[1]),
  forces: rows.map((row) => row.split(' ').slice(4).map(Number)),
  species: atoms.map((atom) => atom.split(' ')[0]),
  program: 'own language 1.0',
};
writeFileSync(output, JSON.stringify(answer));
