import { campaignJsonSchema } from './parse.js';

const INTRODUCTION = `# The campaign file

<!-- Written by \`npm run docs\` from src/campaign/schema.ts: change it there. -->

A campaign is one YAML file with the files it names beside it: its folder is the whole campaign. Lengths are in Å, energies
in eV, temperatures in K; times carry their unit (\`fs\`, \`ps\`, \`ns\`). Unknown keys are refused, and all problems are reported at
once. \`anharmony check FILE\` validates a file and says what it will cost; \`anharmony schema\` prints its JSON Schema, which editors
use for completion when the first line of the file is
\`# yaml-language-server: $schema=./campaign.schema.json\`.

A name stands for one configuration in one home: changing anything that can change results needs another name. Labels are
shared through the store, so nothing is computed twice.

Of the acquisition criteria, \`trajectory-average\` is the paper's; its γ is VASP's 1 + \`ML_CX\` and aims-PAX's 1 + \`c_x\`.`;

/** The parts of JSON Schema that zod writes for the campaign file. */
interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node | readonly Node[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
}

interface Row {
  readonly key: string;
  readonly type: string;
  readonly fallback: string;
  readonly description: string;
}

/** Every key of the campaign file as Markdown tables, one for each section: `docs/campaign-file.md` is this text. */
export function campaignReference(): string {
  const root = campaignJsonSchema() as Node;
  const sections = Object.entries(root.properties ?? {});
  const required = new Set(root.required);
  const plain = sections.filter(([, node]) => !isSection(node));
  const parts = [
    INTRODUCTION,
    heading('General', undefined),
    table(plain.map(([key, node]) => row(key, node, required.has(key)))),
    ...sections
      .filter(([, node]) => isSection(node))
      .flatMap(([key, node]) => [heading(`\`${key}\``, node.description), ...section(key, node)]),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function isSection(node: Node): boolean {
  return node.properties !== undefined || alternatives(node).some((a) => a.properties !== undefined);
}

function alternatives(node: Node): readonly Node[] {
  return node.anyOf ?? node.oneOf ?? [];
}

function section(key: string, node: Node): string[] {
  const choices = alternatives(node).filter((a) => a.properties !== undefined);
  if (choices.length === 0) return [table(rows(node, ''))];
  return choices.flatMap((choice) => [
    `${choiceTitle(choice) ?? `\`${key}\` as a mapping`}:`,
    table(rows(choice, '')),
  ]);
}

/** E.g. `calculator: command`: the constant that tells this choice from the others. */
function choiceTitle(choice: Node): string | undefined {
  const constant = Object.entries(choice.properties ?? {}).find(([, node]) => node.const !== undefined);
  if (constant === undefined) return undefined;
  const [key, node] = constant;
  return `**\`${key}: ${String(node.const)}\`**${node.description ? ` — ${node.description}` : ''}`;
}

/** The keys of an object; nested objects in line, as `outer.inner`. */
function rows(node: Node, prefix: string): Row[] {
  const required = new Set(node.required);
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    if (child.const !== undefined) return [];
    const path = prefix + key;
    if (child.properties) return rows(child, `${path}.`);
    const nested = alternatives(child).filter((a) => a.properties !== undefined);
    return [row(path, child, required.has(key)), ...nested.flatMap((choice) => nestedRows(path, choice))];
  });
}

function nestedRows(path: string, choice: Node): Row[] {
  const constant = Object.entries(choice.properties ?? {}).find(([, node]) => node.const !== undefined);
  const prefix = constant ? `${path} (${String(constant[1].const)}).` : `${path}.`;
  return rows(choice, prefix);
}

function row(key: string, node: Node, required: boolean): Row {
  const fallback =
    node.default === undefined
      ? required
        ? 'required'
        : 'none'
      : `\`${typeof node.default === 'string' ? node.default : JSON.stringify(node.default)}\``;
  return {
    key,
    type: typeOf(node),
    fallback: fallback === '`{}`' ? 'see below' : fallback,
    description: node.description ?? '',
  };
}

function typeOf(node: Node): string {
  if (node.const !== undefined) return `\`${String(node.const)}\``;
  if (node.enum) return node.enum.map((value) => `\`${String(value)}\``).join(', ');
  const choices = alternatives(node);
  if (choices.length > 0) return [...new Set(choices.map(typeOf))].join(' or ');
  if (node.pattern?.includes('fs|ps|ns')) return 'time';
  const bound =
    node.exclusiveMinimum !== undefined
      ? ` > ${node.exclusiveMinimum}`
      : node.minimum !== undefined && node.minimum > -1e15
        ? ` ≥ ${node.minimum}`
        : '';
  switch (node.type) {
    case 'integer':
      return `whole number${bound}`;
    case 'number':
      return `number${bound}`;
    case 'string':
      return 'text';
    case 'boolean':
      return '`true`, `false`';
    case 'array':
      return 'list';
    default:
      return 'mapping';
  }
}

function heading(title: string, description: string | undefined): string {
  return `## ${title}${description ? `\n\n${description}.` : ''}`;
}

function table(entries: readonly Row[]): string {
  if (entries.length === 0) return '';
  const inCell = (text: string) => text.replaceAll('|', '\\|');
  return [
    '| key | value | default | meaning |',
    '|---|---|---|---|',
    ...entries.map(
      (e) => `| \`${e.key}\` | ${inCell(e.type)} | ${inCell(e.fallback)} | ${inCell(e.description)} |`,
    ),
  ].join('\n');
}
