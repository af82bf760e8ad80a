import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, isGrpcServiceError } from '@temporalio/client';
import type { Command } from 'commander';
import { inputError } from '../../errors.js';
import { requireCampaign, withClient } from '../campaigns/client.js';
import { observe } from '../campaigns/observe.js';
import { resultOf, workflowId } from '../campaigns/registry.js';
import { courseLines, verdictLines } from '../campaigns/verdict.js';
import { watchCampaign } from '../campaigns/watch.js';
import { EXIT, exitCodeOf } from '../exit.js';
import type { Home } from '../home.js';
import { createView, type ViewFormat } from '../live/view.js';
import { patienceWith, type ServerAccess } from '../serverAccess.js';
import { onInterrupt } from '../signals.js';
import { formatOption, homeOption } from './options.js';

/** How long `cancel` waits for the campaign to end. */
const CANCEL_SECONDS = 15;

/** `anharmony status | list | watch | cancel`: looking at campaigns on a server, and ending one. */
export function registerLook(program: Command): void {
  program
    .command('status')
    .description('say how a campaign stands')
    .argument('<name>', 'name of the campaign')
    .option('--history', 'the latest looks at convergence, one line each')
    .option('--json', 'state and latest ledger entries for machines')
    .addOption(homeOption())
    .action((name: string, options: StatusOptions) =>
      withClient(options, (client) => status(client, name, options)),
    );
  program
    .command('list')
    .description('list the campaigns of a server')
    .option('--query <query>', 'Temporal’s list filter, e.g. "AnharmonyVerdict = \'converged\'"')
    .option('--json', 'for machines')
    .addOption(homeOption())
    .action((options: { home?: string; json?: boolean; query?: string }) =>
      withClient(options, (client) => list(client, options)),
    );
  program
    .command('watch')
    .description('show a running campaign until it ends; Ctrl-C only stops looking')
    .argument('<name>', 'name of the campaign')
    .addOption(homeOption())
    .addOption(formatOption())
    .action((name: string, options: { home?: string; format: ViewFormat }) =>
      withClient(options, (client, home, access) => watch(client, name, options.format, home, access)),
    );
  program
    .command('cancel')
    .description('end a campaign; `run` goes on with it where it was')
    .argument('<name>', 'name of the campaign')
    .addOption(homeOption())
    .action((name: string, options: { home?: string }) =>
      withClient(options, (client) => cancel(client, name)),
    );
}

interface StatusOptions {
  readonly home?: string;
  readonly json?: boolean;
  readonly history?: boolean;
}

async function status(client: Client, name: string, { json, history }: StatusOptions): Promise<void> {
  await requireCampaign(client, name);
  const seen = await observe(client, name);
  if (json) {
    process.stdout.write(`${JSON.stringify(seen, null, 2)}\n`);
    return;
  }
  process.stdout.write(`campaign ${name}: ${seen.execution.toLowerCase()}\n`);
  if (!seen.status) {
    process.stdout.write('  no worker answers: `anharmony run` or `anharmony worker` goes on with it\n');
    return;
  }
  for (const line of verdictLines(seen.status.state)) process.stdout.write(`${line}\n`);
  if (history) for (const line of courseLines(seen.status.state)) process.stdout.write(`${line}\n`);
  const { forceField } = seen.status.state;
  if (forceField) process.stdout.write(`force constants ${forceField.parametersHash}\n`);
}

async function list(client: Client, { query, json }: { query?: string; json?: boolean }): Promise<void> {
  const filter = `WorkflowType = 'campaign'${query ? ` AND (${query})` : ''}`;
  const rows = [];
  for await (const info of found(client, filter)) {
    const attributes = new Map(
      info.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]),
    );
    rows.push({
      name: info.workflowId.replace(/^anharmony-/, ''),
      status: info.status.name,
      started: info.startTime.toISOString(),
      material: attributes.get('AnharmonyMaterial') ?? null,
      stage: attributes.get('AnharmonyStage') ?? null,
      verdict: attributes.get('AnharmonyVerdict') ?? null,
      structures: attributes.get('AnharmonyStructures') ?? null,
      fittingError: attributes.get('AnharmonyFittingError') ?? null,
      bayesianError: attributes.get('AnharmonyBayesianError') ?? null,
    });
  }
  // A campaign that was resumed has several executions: the latest says how it stands.
  const latest = [
    ...new Map(
      rows.sort((a, b) => a.started.localeCompare(b.started)).map((row) => [row.name, row]),
    ).values(),
  ];
  process.stdout.write(json ? `${JSON.stringify(latest, null, 2)}\n` : table(latest));
}

/** Executions that the filter finds; a filter that the server cannot read is the person's to mend. */
async function* found(client: Client, query: string) {
  try {
    yield* client.workflow.list({ query });
  } catch (error) {
    if (!(error instanceof Error && isGrpcServiceError(error.cause) && error.cause.code === INVALID_ARGUMENT))
      throw error;
    throw inputError({
      field: '--query',
      message: error.cause.details,
      got: query,
      expected: 'a list filter of Temporal',
      hint: 'attributes: AnharmonyMaterial, …Stage, …Verdict, …Structures, …FittingError, …BayesianError (eV/Å), ExecutionStatus, StartTime',
    });
  }
}

/** gRPC's code. */
const INVALID_ARGUMENT = 3;

function table(rows: readonly { readonly [column: string]: unknown }[]): string {
  if (rows.length === 0) return 'no campaigns\n';
  const meV = (x: unknown) => (typeof x === 'number' ? (1e3 * x).toFixed(2) : '–');
  const cells = [
    [
      'NAME',
      'MATERIAL',
      'STATUS',
      'STAGE',
      'VERDICT',
      'STRUCTURES',
      'β^-1/2 (meV/Å)',
      'μ[ε_B] (meV/Å)',
      'STARTED',
    ],
    ...rows.map((r) =>
      [
        r.name,
        r.material ?? '–',
        r.status,
        r.stage ?? '–',
        r.verdict ?? '–',
        r.structures ?? '–',
        meV(r.fittingError),
        meV(r.bayesianError),
        r.started,
      ].map(String),
    ),
  ];
  const widths = cells[0].map((_, k) => Math.max(...cells.map((row) => row[k].length)));
  return cells
    .map(
      (row) =>
        `${row
          .map((cell, k) => cell.padEnd(widths[k]))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

async function watch(
  client: Client,
  name: string,
  format: ViewFormat,
  home: Home,
  access: ServerAccess,
): Promise<void> {
  await requireCampaign(client, name);
  const interrupted = onInterrupt();
  const view = createView({ stream: process.stdout, format });
  const seen = await watchCampaign(client, name, view, {
    surroundings: { server: access.server.description, results: join(home.runs, name) },
    stop: interrupted,
    patience: patienceWith(access, home, (line) => process.stderr.write(`${line}\n`)),
    joined: true,
  }).finally(() => view.close());
  if (interrupted.aborted || !seen?.status) return;
  if (format !== 'json')
    for (const line of verdictLines(seen.status.state)) process.stdout.write(`${line}\n`);
  process.exitCode = exitCodeOf(seen.status.state.verdict);
}

async function cancel(client: Client, name: string): Promise<void> {
  await requireCampaign(client, name);
  const handle = client.workflow.getHandle(workflowId(name));
  if ((await handle.describe()).status.name !== 'RUNNING') {
    process.stdout.write(`campaign ${name} has ended already\n`);
    return;
  }
  await handle.cancel();
  const ended = await Promise.race([
    resultOf(client, name),
    sleep(CANCEL_SECONDS * 1000, null, { ref: false }),
  ]);
  if (ended)
    process.stdout.write(
      `campaign ${name}: ${ended.verdict?.kind ?? 'ended'}; \`anharmony run\` goes on with it\n`,
    );
  else {
    process.stdout.write(`campaign ${name} is asked to end: it does as soon as a worker runs\n`);
    process.exitCode = EXIT.failure;
  }
}
