import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isSeq,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { InputError, inputError, type Problem } from '../errors.js';

/** A change of one key of a campaign file. */
export type Edit =
  | { readonly path: readonly string[]; readonly value: unknown }
  | { readonly path: readonly string[]; readonly removed: true };

/**
 * A change as a person writes it: `md.temperature=600`, `expansion.cutoffs={2: 6, 3: 4}`. The value is YAML.
 * @throws InputError naming the flag
 */
export function parseEdit(text: string): Edit {
  const at = text.indexOf('=');
  const path = text.slice(0, Math.max(0, at)).trim().split('.');
  if (at < 0 || path.some((key) => key === '')) {
    throw inputError({
      field: '--set',
      message: 'is not a change of a key',
      got: text,
      expected: 'key=value, e.g. md.temperature=600 or "expansion.cutoffs={2: 6.0, 3: 4.0}"',
    });
  }
  const document = parseDocument(text.slice(at + 1), { prettyErrors: false, merge: false });
  if (document.errors.length > 0 || document.contents === null) {
    throw inputError({
      field: `--set ${path.join('.')}`,
      message:
        document.contents === null ? 'has no value' : `is not valid YAML: ${document.errors[0].message}`,
      got: text.slice(at + 1),
      hint: document.contents === null ? 'a key is taken out by --unset' : undefined,
    });
  }
  return { path, value: document.toJS({ maxAliasCount: 0 }) };
}

/**
 * The text of a campaign file with changes made, comments and order kept; new keys go to the end of their section.
 * @throws InputError with every change that cannot be made
 */
export function editCampaign(text: string, edits: readonly Edit[]): string {
  return edited(text, edits).toString(LAYOUT);
}

/** The same for a fork: under its own name, with its parent right after it and the changes as a comment. */
export function forkCampaign(
  text: string,
  name: string,
  parent: { readonly campaign: string; readonly ledger: string },
  edits: readonly Edit[],
): string {
  const document = edited(text, [...edits, { path: ['name'], value: name }]);
  document.delete('parent');
  const pair = document.createPair('parent', parent) as Pair<Scalar, unknown>;
  pair.key.commentBefore = ` ${[`forked from ${parent.campaign}:`, ...edits.map(editText)].join('\n   ')}`;
  const { items } = document.contents as YAMLMap;
  items.splice(items.findIndex(({ key }) => String(key) === 'name') + 1, 0, pair);
  return document.toString(LAYOUT);
}

const LAYOUT = { lineWidth: 0 } as const;

function editText(edit: Edit): string {
  const key = edit.path.join('.');
  return 'removed' in edit ? `without ${key}` : `${key} = ${JSON.stringify(edit.value)}`;
}

function edited(text: string, edits: readonly Edit[]): Document.Parsed {
  const document = parseDocument(text, { merge: false });
  const problems: Problem[] = [];
  for (const edit of edits) {
    try {
      apply(document, edit);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new InputError(problems);
  return document;
}

function apply(document: Document.Parsed, edit: Edit): void {
  const path = keysOf(document, edit.path);
  if ('removed' in edit) {
    if (document.deleteIn(path)) return;
    throw inputError({
      field: `--unset ${edit.path.join('.')}`,
      message: 'the campaign file has no such key',
      hint: 'what is not in the file has its default already',
    });
  }
  const before = document.getIn(path, true);
  const node = document.createNode(edit.value, { flow: path.length > 1 });
  // The remark behind a value that is replaced is usually its unit.
  if (isNode(before) && !isAlias(before) && before.comment) node.comment = before.comment;
  document.setIn(path, node);
}

/**
 * The keys of a path as the document has them: `expansion.cutoffs.2` names the number 2, `md.walkers.0` the first of a list.
 * @throws InputError where the path goes through a plain value
 */
function keysOf(document: Document.Parsed, path: readonly string[]): unknown[] {
  const keys: unknown[] = [];
  for (const [depth, key] of path.entries()) {
    const at = keys.length === 0 ? document.contents : document.getIn(keys, true);
    if (at !== undefined && !isCollection(at)) {
      const through = path.slice(0, depth).join('.');
      throw inputError({
        field: path.join('.'),
        message: `${through} is a plain value or a reference to one, not a section`,
        hint: `set ${through} as a whole, e.g. --set "${through}={${key}: …}"`,
      });
    }
    const plain = /^\d+$/.test(key) ? Number(key) : key;
    if (isMap(at)) keys.push(at.items.find((pair) => String(pair.key) === key)?.key ?? plain);
    else keys.push(isSeq(at) ? Number(key) : plain);
  }
  return keys;
}
