import { type Command, InvalidArgumentError } from 'commander';
import { inputError } from '../../errors.js';
import { renderAudit } from '../../report/audit/page.js';
import { story } from '../../report/audit/story.js';
import { writeFileAtomic } from '../../store/atomicFile.js';
import { openFolderStore } from '../../store/folderStore.js';
import type { Store } from '../../store/types.js';
import { gatherAudit, tellingOf, wholeStory } from '../audit/gather.js';
import { storyLines } from '../audit/story.js';
import { verifyCampaign } from '../audit/verify.js';
import { publishedLedger, type RecordedLedger, recordedLedger } from '../campaigns/recordedLedger.js';
import { findBundle } from '../campaigns/registry.js';
import { EXIT } from '../exit.js';
import { type Home, homeOf } from '../home.js';
import { homeOption } from './options.js';

interface AuditOptions {
  readonly home?: string;
  readonly structure?: number;
  readonly json?: boolean;
  readonly html?: string;
}

/** `anharmony audit | verify`: how a campaign's numbers came about, and the proof of it. Both need no server. */
export function registerAudit(program: Command): void {
  program
    .command('audit')
    .description('tell from the ledger how a campaign went, or everything about one structure')
    .argument('<name>', 'name of the campaign')
    .option('--structure <number>', 'this training structure alone', parseNumber)
    .option('--json', 'the entries themselves')
    .option('--html <file>', 'the whole story as one page')
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
  const ledger = await auditedLedger(store, home, name);
  const write = (lines: readonly string[]) => process.stdout.write(`${lines.join('\n')}\n`);
  if (options.json) return void write(ledger.entries.map((entry) => JSON.stringify(entry)));
  const telling = await tellingOf(store, ledger);
  if (options.html !== undefined) {
    await writeFileAtomic(options.html, renderAudit(await gatherAudit(store, ledger, telling)));
    return void write([options.html]);
  }
  if (options.structure === undefined) return void write(storyLines(story(ledger.entries, telling)));
  const lines = storyLines(await wholeStory(store, ledger, options.structure, telling));
  if (lines.length === 0) {
    throw inputError({
      field: '--structure',
      message: 'the campaign has no structure of this number',
      got: String(options.structure),
      expected: `0 to ${ledger.entries.filter((entry) => entry.type === 'asked').length - 1}`,
    });
  }
  write(lines);
}

/** That of the results where there are some, without a server. */
async function auditedLedger(store: Store, home: Home, name: string): Promise<RecordedLedger> {
  return (
    (await publishedLedger(home, name)) ??
    recordedLedger(store, home, name, (await findBundle(store, name)).ref)
  );
}

async function verify(name: string, options: { home?: string; recompute?: boolean }): Promise<void> {
  const home = homeOf(options);
  const store = await openFolderStore(home.store);
  const { head } = await auditedLedger(store, home, name);
  const onProgress = (line: string) => process.stderr.write(`${line}\n`);
  const checks = await verifyCampaign({ store, head, recompute: options.recompute === true, onProgress });
  for (const { name: what, holds, detail } of checks)
    process.stdout.write(`${holds ? 'holds ' : 'BROKEN'}  ${what}: ${detail}\n`);
  if (checks.some((check) => !check.holds)) process.exitCode = EXIT.failure;
}

function parseNumber(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0) return number;
  throw new InvalidArgumentError('a structure’s number is expected.');
}
