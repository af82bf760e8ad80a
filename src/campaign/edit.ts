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
import type { SettingChange } from './state.js';

/** A change of one key of a campaign file, e.g. `md.temperature`. */
export type Edit = SettingChange | { readonly key: string; readonly removed: true };

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
  const document = edited(text, [...edits, { key: 'name', value: name }]);
  document.delete('parent');
  const pair = document.createPair('parent', parent) as Pair<Scalar, unknown>;
  pair.key.commentBefore = ` ${[`forked from ${parent.campaign}:`, ...edits.map(editText)].join('\n   ')}`;
  const { items } = document.contents as YAMLMap;
  items.splice(items.findIndex(({ key }) => String(key) === 'name') + 1, 0, pair);
  return document.toString(LAYOUT);
}

const LAYOUT = { lineWidth: 0 } as const;

function editText(edit: Edit): string {
  return 'removed' in edit ? `without ${edit.key}` : `${edit.key} = ${JSON.stringify(edit.value)}`;
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
  const path = keysOf(document, edit.key.split('.'));
  if ('removed' in edit) {
    if (document.deleteIn(path)) return;
    throw inputError({
      field: `--unset ${edit.key}`,
      message: 'the campaign file has no such key',
      hint: 'what is not in the file has its default already',
    });
  }
  // A criterion that the file leaves to its default has no name there to belong to.
  if (edit.key.startsWith('acquisition.criterion.') && !document.hasIn(['acquisition', 'criterion']))
    document.setIn(['acquisition', 'criterion', 'name'], 'trajectory-deviation');
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
        hint: `change ${through} as a whole: "${through}={${key}: …}"`,
      });
    }
    const plain = /^\d+$/.test(key) ? Number(key) : key;
    if (isMap(at)) keys.push(at.items.find((pair) => String(pair.key) === key)?.key ?? plain);
    else keys.push(isSeq(at) ? Number(key) : plain);
  }
  return keys;
}
