// A code by files in its own folder: node code.mjs PROGRAM, the stand-in for VASP.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { noted } from './notes.mjs';

await noted(readFileSync('POSCAR', 'utf8'), () =>
  spawnSync(process.execPath, [process.argv[2], 'ok'], { stdio: 'inherit' }),
);
