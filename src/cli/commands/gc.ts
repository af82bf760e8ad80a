import type { Command } from 'commander';
import { FailureError, inputError } from '../../errors.js';
import { count, plural } from '../../report/numbers.js';
import { currentOwner, inTurn, serverPlaces } from '../../server/homeRecord.js';
import { externalServer } from '../../server/settings.js';
import { removeFile } from '../../store/folderInventory.js';
import { openFolderStore } from '../../store/folderStore.js';
import { clientOf } from '../campaigns/registry.js';
import { KINDS, type Plan, planCollection } from '../gc/plan.js';
import { type Home, homeOf, taskQueues } from '../home.js';
import { accessServer, requireHome } from '../serverAccess.js';
import { homeOption } from './options.js';

interface GcOptions {
  readonly home?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** `anharmony gc`: what could be freed in a home. */
export function registerGc(program: Command): void {
  program
    .command('gc')
    .description('say what could be freed in the store, and free it with --yes')
    .option('--dry-run', 'say it only (the default)')
    .option('--yes', 'free it')
    .addOption(homeOption())
    .action(gc);
}

async function gc(options: GcOptions): Promise<void> {
  if (options.yes && options.dryRun)
    throw inputError({ field: '--yes', message: 'and --dry-run exclude each other' });
  const home = homeOf(options);
  requireHome(home);
  if (!options.yes) {
    const plan = await planCollection(home, await openFolderStore(home.store), Date.now());
    for (const line of planLines(plan)) process.stdout.write(`${line}\n`);
    if (plan.freeable.length > 0) process.stdout.write('nothing was freed: --yes does it\n');
    return;
  }
  await requireQuiet(home);
  // Nobody begins to serve this home in the middle of it.
  await inTurn(serverPlaces(home.home), async () => {
    const plan = await planCollection(home, await openFolderStore(home.store), Date.now());
    for (const line of planLines(plan)) process.stdout.write(`${line}\n`);
    let freed = 0;
    for (const { file } of plan.freeable) if (await removeFile(file.path)) freed += file.bytes;
    process.stdout.write(`freed ${mebibytes(freed)}\n`);
  });
}

/** Refuses while a campaign of this store is under way; one that waits for somebody to go on with it does not count. */
async function requireQuiet(home: Home): Promise<void> {
  const owner = await currentOwner(home.home);
  if (owner === undefined && externalServer() === undefined) return;
  const running: string[] = [];
  const access = await accessServer(home, () => undefined, true);
  try {
    const { workflow } = await taskQueues(home);
    const query = `WorkflowType = 'campaign' AND ExecutionStatus = 'Running' AND TaskQueue = '${workflow}'`;
    for await (const { workflowId } of clientOf(access.server).workflow.list({ query }))
      running.push(workflowId.replace(/^anharmony-/, ''));
  } finally {
    await access.close();
  }
  if (running.length === 0) return;
  throw new FailureError(
    `nothing is freed while campaigns of this store are under way: ${running.join(', ')}`,
    'wait for their end, or cancel them and run them again afterwards; --dry-run looks all the same',
  );
}

function planLines({ freeable, leftAlone, unfinished, kept }: Plan): string[] {
  const lines = KINDS.flatMap(({ kind, why }) => {
    const files = freeable.filter((f) => f.kind === kind).map((f) => f.file);
    return files.length > 0 ? [row(kind, files, why)] : [];
  });
  if (lines.length === 0) lines.push('nothing to free');
  else
    lines.push(
      row(
        'together',
        freeable.map((f) => f.file),
        '',
      ),
    );
  if (leftAlone.length > 0) {
    const whose =
      unfinished.length > 0 ? `not ended: ${unfinished.join(', ')}` : 'they are younger than an hour';
    lines.push(row('left alone, named by nothing yet', leftAlone, whose));
  }
  lines.push(
    `kept: ${plural(kept.objects, 'object')}, ${mebibytes(kept.bytes)}: labels, structures, ledgers, traces, checkpoints at decisions, the latest two force fields of each campaign`,
  );
  return lines;
}

function row(kind: string, files: readonly { readonly bytes: number }[], why: string): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return `${kind.padEnd(40)}${count(files.length).padStart(8)}${mebibytes(bytes).padStart(13)}  ${why}`.trimEnd();
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1048576).toFixed(1)} MiB`;
}
