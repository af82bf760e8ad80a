import { LineCounter, parseDocument, type YAMLParseError } from 'yaml';
import { z } from 'zod';
import { formatProblem, InputError, type Problem } from '../errors.js';
import { nearestHint } from '../spelling.js';
import { type CampaignSettings, campaignSchema } from './schema.js';

/**
 * Parses a campaign file. Reports every problem at once, each with its path, what was got, what was expected and a hint.
 * @throws InputError
 */
export function parseCampaign(text: string, filename: string): CampaignSettings {
  const parsed = campaignSchema.safeParse(parseYaml(text, filename), { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new InputError(distinct(parsed.error.issues.flatMap((issue) => toProblems(issue, filename))));
}

/** The JSON Schema of the campaign file, for editors. */
export function campaignJsonSchema(): unknown {
  return z.toJSONSchema(campaignSchema, { io: 'input', target: 'draft-7' });
}

function parseYaml(text: string, filename: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: false });
  if (document.errors.length > 0) {
    const found = document.errors.map((error) => ({ error, at: lines.linePos(error.pos[0]) }));
    // What the parser says of the same line after its first complaint follows from it.
    const first = found.filter(({ at }, k) => found.findIndex((f) => f.at.line === at.line) === k);
    throw new InputError(
      first.map(({ error, at }) => ({
        field: `${filename}:${at.line}:${at.col}`,
        got: render(text.split('\n')[at.line - 1]?.trim() || 'the end of the file'),
        ...yamlProblem(error),
      })),
    );
  }
  let value: unknown;
  try {
    // A bound on aliases: a few nested anchors can otherwise expand to gigabytes.
    value = document.toJS({ maxAliasCount: 20 });
  } catch (error) {
    throw new InputError([{ field: filename, message: `not acceptable YAML: ${(error as Error).message}` }]);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new InputError([
      {
        field: filename,
        message: 'is no campaign file',
        got: value === null ? 'an empty file' : render(value),
        expected: 'a mapping of keys to values',
        hint: '`anharmony schema` describes the campaign file',
      },
    ]);
  }
  return value;
}

function yamlProblem({ code, message }: YAMLParseError): Pick<Problem, 'message' | 'hint'> {
  switch (code) {
    case 'DUPLICATE_KEY':
      return { message: 'this key is given twice', hint: 'keep one of the two' };
    case 'MULTIPLE_DOCS':
      return { message: 'a second document begins', hint: 'one campaign, one file: remove the line ---' };
    default:
      return {
        message: `not valid YAML: ${message}`,
        hint: 'indentation is by spaces, and every key ends in ": "',
      };
  }
}

/** Two checks of one value may say the same. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [formatProblem(problem), problem])).values()];
}

type Issue = z.core.$ZodIssue;

function toProblems(issue: Issue, filename: string, prefix: readonly PropertyKey[] = []): Problem[] {
  const path = [...prefix, ...issue.path];
  const field = path.length === 0 ? filename : path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(campaignSchema, path, issue.input);
    return issue.keys.map((key) => ({
      field: [...path, key].map(String).join('.'),
      message: 'is not a key of the campaign file',
      expected: known.length > 0 ? `one of ${known.join(', ')}` : undefined,
      hint: nearestHint(key, known),
    }));
  }
  if (issue.input === undefined && issue.code !== 'custom') {
    return [{ field, message: 'is missing', expected: expectation(issue) }];
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0 && issue.errors.some((e) => e.length > 0)) {
    return unionProblems(issue, filename, path, field);
  }
  if (issue.code === 'invalid_union') return [unknownChoice(issue, path, field)];
  return [
    {
      field,
      message: describe(issue),
      got: render(issue.input),
      expected: expectation(issue),
      hint: hintFor(issue),
    },
  ];
}

/** The key that tells alternatives apart is missing, or names none of them. */
function unknownChoice(issue: Issue, path: readonly PropertyKey[], field: string): Problem {
  const options = discriminatorOptions(campaignSchema, path);
  const expected = `one of ${options.join(', ')}`;
  const within = issue.input !== null && typeof issue.input === 'object';
  const value = within ? (issue.input as Record<PropertyKey, unknown>)[path.at(-1)!] : issue.input;
  if (value === undefined) return { field, message: 'is missing', expected };
  const hint = nearestHint(String(value), options);
  return { field, message: 'is not a known choice', got: render(value), expected, hint };
}

/** Reports the alternative that came nearest: the one whose problems lie deepest, then the fewest. */
function unionProblems(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  filename: string,
  path: readonly PropertyKey[],
  field: string,
): Problem[] {
  const depth = (errors: readonly Issue[]) => Math.max(...errors.map((e) => e.path.length));
  const alternatives = issue.errors.filter((e) => e.length > 0);
  // An alternative of another kind altogether (a list, where a number stands) has nothing to say about the value.
  const anotherKind = ({ code, path: at }: Issue) =>
    at.length === 0 && (code === 'invalid_type' || code === 'invalid_value');
  const ofKind = alternatives.filter((e) => !anotherKind(e[0]));
  if (ofKind.length === 1) return ofKind[0].flatMap((e) => toProblems(e, filename, path));
  const deepest = Math.max(...alternatives.map(depth));
  const structured = alternatives.some(
    (e) => e[0].code !== 'invalid_type' || e[0].path.length > 0 || typeof issue.input !== 'object',
  );
  if (deepest > 0 || structured) {
    const nearest = alternatives.filter((e) => depth(e) === deepest).sort((a, b) => a.length - b.length)[0];
    if (deepest > 0) return nearest.flatMap((e) => toProblems(e, filename, path));
  }
  const forms = [...new Set(alternatives.map((e) => expectation(e[0])).filter((e) => e !== undefined))];
  const expected = issue.message === 'Invalid input' ? forms.join(', or ') : issue.message;
  return [{ field, message: 'fits none of the accepted forms', got: render(issue.input), expected }];
}

function describe(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return 'has the wrong type';
    case 'too_small':
    case 'too_big':
      return issue.code === 'too_small' ? 'is too small' : 'is too large';
    case 'invalid_value':
      return 'is not a known choice';
    default:
      return 'is not acceptable';
  }
}

function expectation(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      // A message of our own (durations) says more than the bare type.
      return issue.message.startsWith('Invalid input') ? article(issue.expected) : issue.message;
    case 'invalid_value':
      return `${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `${issue.origin === 'array' ? 'a length of ' : ''}${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
    case 'too_big':
      return `${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`;
    case 'invalid_union':
      return issue.message === 'Invalid input' ? undefined : issue.message;
    case 'invalid_key':
      return issue.issues[0]?.message ?? issue.message;
    default:
      return issue.message;
  }
}

function article(type: string): string {
  const names: Readonly<Record<string, string>> = {
    int: 'a whole number',
    number: 'a number',
    string: 'a text',
    object: 'a mapping',
    array: 'a list',
    tuple: 'a list',
    record: 'a mapping',
    boolean: 'true or false',
  };
  return names[type] ?? type;
}

function hintFor(issue: Issue): string | undefined {
  if (issue.code === 'invalid_value' && typeof issue.input === 'string')
    return nearestHint(issue.input, issue.values.map(String));
  return undefined;
}

function render(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  const text = asJson(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // An alias to what contains it.
    return 'something that contains itself';
  }
}

/** Walks the schema along a path through wrappers and unions; `input` decides between the branches of a union. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[], input: unknown): string[] {
  const keys = new Set<string>();
  for (const node of nodesAt(schema, path)) {
    if (!(node instanceof z.ZodObject)) continue;
    const literalClash = Object.entries(node.shape).some(
      ([key, field]) =>
        field instanceof z.ZodLiteral && (input as Record<string, unknown> | null)?.[key] !== field.value,
    );
    if (!literalClash) for (const key of Object.keys(node.shape)) keys.add(key);
  }
  return [...keys];
}

function discriminatorOptions(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  return nodesAt(schema, path).flatMap((node) => (node instanceof z.ZodLiteral ? [String(node.value)] : []));
}

function nodesAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType[] {
  const nodes = unwrap(schema);
  if (path.length === 0) return nodes;
  const [key, ...rest] = path;
  return nodes.flatMap((node) => {
    if (node instanceof z.ZodObject && typeof key === 'string' && key in node.shape)
      return nodesAt(node.shape[key], rest);
    if (node instanceof z.ZodArray) return nodesAt(node.element as z.ZodType, rest);
    return [];
  });
}

function unwrap(schema: z.ZodType): z.ZodType[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => unwrap(option as z.ZodType));
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return unwrap(schema.unwrap() as z.ZodType);
  }
  return [schema];
}
