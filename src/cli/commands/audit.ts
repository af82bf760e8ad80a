import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { readBundle } from '../../../activities/tasks/context.js';
import { RESULT_FILES } from '../../../activities/tasks/publish.js';
import type { LedgerEntryBody } from '../../campaign/ledger.js';
import { inputError } from '../../errors.js';
import { openFolderStore } from '../../store/folderStore.js';
import { parseLedgerLines } from '../../store/ledger.js';
import { refOf } from '../../store/ref.js';
import type { Ref, Store } from '../../store/types.js';
import { storyLines, structureLines } from '../audit/story.js';
import { verifyCampaign } from '../audit/verify.js';
import { EXIT } from '../exit.js';
import { type Home, homeOf } from '../home.js';
import { homeOption } from './options.js';

interface AuditOptions {
  readonly home?: string;
  readonly structure?: number;
  readonly json?: boolean;
}

/** `anharmony audit | verify`: how a campaign's numbers came about, and the proof of it. Both need no server. */
export function registerAudit(program: Command): void {
  program
    .command('audit')
    .description('tell from the ledger how a campaign went, or everything about one structure')
    .argument('<name>', 'name of the campaign')
    .option('--structure <number>', 'this training structure alone', parseNumber)
    .option('--json', 'the entries themselves')
    .addOption(homeOption())
    .action(audit);
  program
    .command('verify')
    .description('prove a campaign from its store: chain, objects, labels, decisions, fits')
    .argument('<name>', 'name of the campaign')
    .option('--recompute', 'run molecular dynamics and built-in references again, too')
    .addOption(homeOption())
    .action(verify);
}

async function audit(name: string, options: AuditOptions): Promise<void> {
  const home = homeOf(options);
  const store = await openFolderStore(home.store);
  const { entries } = await publishedLedger(home, name);
  const timestep = await timestepOf(store, entries);
  if (options.json) {
    for (const entry of entries) process.stdout.write(`${JSON.stringify(entry)}\n`);
    return;
  }
  const lines =
    options.structure === undefined
      ? storyLines(entries, timestep)
      : structureLines(entries, options.structure, timestep);
  if (lines.length === 0) {
    throw inputError({
      field: '--structure',
      message: 'the campaign has no structure of this number',
      got: String(options.structure),
    });
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function verify(name: string, options: { home?: string; recompute?: boolean }): Promise<void> {
  const home = homeOf(options);
  const store = await openFolderStore(home.store);
  const { head } = await publishedLedger(home, name);
  const onProgress = (line: string) => process.stderr.write(`${line}\n`);
  const checks = await verifyCampaign({ store, head, recompute: options.recompute === true, onProgress });
  for (const { name: what, holds, detail } of checks)
    process.stdout.write(`${holds ? 'holds ' : 'BROKEN'}  ${what}: ${detail}\n`);
  if (checks.some((check) => !check.holds)) process.exitCode = EXIT.failure;
}

/** The readable ledger of the result folder, its chain verified, and the object of its last line. */
async function publishedLedger(
  home: Home,
  name: string,
): Promise<{ entries: readonly LedgerEntryBody[]; head: Ref }> {
  const path = join(home.runs, name, RESULT_FILES.ledger);
  const text = await readFile(path, 'utf8').catch(() => {
    throw inputError({
      field: 'NAME',
      message: 'there is no ledger of this campaign here',
      got: path,
      hint: 'a finished run leaves it; for a running campaign write it with `anharmony report NAME`',
    });
  });
  const entries = parseLedgerLines<LedgerEntryBody>(text);
  const last = text.trimEnd().split('\n').at(-1) ?? '';
  return { entries, head: refOf('ledger-entry', new TextEncoder().encode(last)) };
}

async function timestepOf(store: Store, entries: readonly LedgerEntryBody[]): Promise<number> {
  const started = entries[0];
  return started?.type === 'started' ? (await readBundle(store, started.campaign)).settings.md.timestep : 1;
}

function parseNumber(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0) return number;
  throw new InvalidArgumentError('a structure’s number is expected.');
}
