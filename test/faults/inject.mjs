/**
 * Loaded into a real process before the program (node --import), also into its threads: makes it die, stop or run out of memory
 * at an exact moment, the naming of a given file. The moments come from FAULTS, a JSON list of:
 *
 *   at     what is being named: `label`, `force-field`, `training-set`, `progress`, `later progress` … or `refitted` … for an entry of the ledger
 *   nth    which one of this process, from 1
 *   when   before or after it has its name
 *   what   kill (SIGKILL of the process), hold (the thread stands still while the file MARK.hold exists),
 *          memory (the thread allocates until it is ended)
 *   mark   file that is written when it happens; it happens once, also when the process is started again
 */
import fs from 'node:fs';
import fsp from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const faults = process.env.FAULTS ? JSON.parse(process.env.FAULTS) : [];
const { linkSync, renameSync } = fs;
const { link, rename } = fsp;
const seen = faults.map(() => 0);

/** What a file is, by its content; an entry of the ledger is called by its type. */
function kindOf(temporary, path) {
  if (/\/progress\/.*\.bin$/.test(path))
    return fs.existsSync(`${path}.previous`) ? 'later progress' : 'progress';
  if (path.includes('/links/')) return `link ${path.split('/links/')[1].split('/')[0]}`;
  if (!path.includes('/objects/')) return 'other';
  const content = fs.readFileSync(temporary);
  if (content.subarray(0, 6).toString() === 'anharm') {
    const length = content.readUInt32LE(20);
    return JSON.parse(content.subarray(24, 24 + length).toString()).format.replace('anharmony-', '');
  }
  const document = JSON.parse(content.toString());
  return document.type ?? document.format?.replace('anharmony-', '') ?? 'other';
}

/** The faults that strike now. */
function due(when, temporary, path) {
  const waiting = faults
    .map((fault, k) => ({ fault, k }))
    .filter(({ fault }) => fault.when === when && !fs.existsSync(fault.mark));
  if (waiting.length === 0) return [];
  const kind = kindOf(temporary, path);
  return waiting
    .filter(
      ({ fault, k }) => (kind === fault.at || kind === `later ${fault.at}`) && ++seen[k] === (fault.nth ?? 1),
    )
    .map(({ fault }) => fault);
}

function strike({ what, mark }, path) {
  if (what === 'hold') fs.writeFileSync(`${mark}.hold`, '');
  fs.writeFileSync(mark, JSON.stringify({ pid: process.pid, path }), { flag: 'wx' });
  if (what === 'kill') process.kill(process.pid, 'SIGKILL');
  if (what === 'memory') for (const kept = []; ; ) kept.push(new Array(1e6).fill(kept.length));
  const still = new Int32Array(new SharedArrayBuffer(4));
  while (fs.existsSync(`${mark}.hold`)) Atomics.wait(still, 0, 0, 20);
}

/** Afterwards the temporary file has gone: what strikes then is known before. */
function around(name) {
  return async (temporary, path) => {
    const after = due('after', temporary, path);
    for (const fault of due('before', temporary, path)) strike(fault, path);
    const result = await name(temporary, path);
    for (const fault of after) strike(fault, path);
    return result;
  };
}

function aroundSync(name) {
  return (temporary, path) => {
    const after = due('after', temporary, path);
    for (const fault of due('before', temporary, path)) strike(fault, path);
    name(temporary, path);
    for (const fault of after) strike(fault, path);
  };
}

if (faults.length > 0) {
  fsp.rename = around(rename);
  fsp.link = around(link);
  fs.renameSync = aroundSync(renameSync);
  fs.linkSync = aroundSync(linkSync);
  syncBuiltinESMExports();
}
