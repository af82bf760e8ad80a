import { inputError } from '../../errors.js';
import { formatNumber, numberOf, shorten } from './numbers.js';

/** A value of the comment line. */
export type InfoValue = string | number | boolean | readonly number[];

/** A `key=value` as it stands in the file. */
interface Entry {
  readonly key: string;
  readonly text: string;
  /** Quoted, bracketed, or as it is. */
  readonly kind: 'quoted' | 'array' | 'plain';
}

const ENTRY =
  /\s*(?:"((?:[^"\\]|\\.)*)"|([^\s="'{}[\]]+))(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|\{([^}]*)\}|\[([^\]]*)\]|([^\s"'{}[\]]+)))?(?=\s|$)/y;

/**
 * The comment line of an extended XYZ frame (https://github.com/libAtoms/extxyz): `key=value` pairs, values bare, quoted, or arrays;
 * a bare key is true.
 * @throws InputError naming `where` for what is no such line
 */
export function parseComment(line: string, where: string): ReadonlyMap<string, InfoValue> {
  const info = new Map<string, InfoValue>();
  const end = line.trimEnd().length;
  ENTRY.lastIndex = 0;
  while (ENTRY.lastIndex < end) {
    const at = ENTRY.lastIndex;
    const m = ENTRY.exec(line);
    if (m === null) {
      throw inputError({
        field: where,
        message: 'the comment line is no list of key=value pairs',
        got: `"${shorten(line.slice(at).trim())}"`,
        expected: 'key=value, values with spaces in double quotes',
      });
    }
    const entry = entryOf(m);
    info.set(entry.key, entry.text === undefined ? true : infoValue(entry as Entry));
  }
  return info;
}

function entryOf(m: RegExpExecArray): Omit<Entry, 'text'> & { readonly text?: string } {
  const key = m[1] === undefined ? m[2] : unescaped(m[1]);
  const quoted = m[3] ?? m[4];
  if (quoted !== undefined) return { key, text: unescaped(quoted), kind: 'quoted' };
  const array = m[5] ?? m[6];
  if (array !== undefined) return { key, text: array, kind: 'array' };
  return { key, text: m[7], kind: 'plain' };
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));
}

function infoValue({ text, kind }: Entry): InfoValue {
  if (kind === 'plain') {
    if (/^(T|True|true|TRUE)$/.test(text)) return true;
    if (/^(F|False|false|FALSE)$/.test(text)) return false;
    return numberOf(text) ?? text;
  }
  const numbers = text
    .trim()
    .split(/[\s,]+/)
    .map(numberOf);
  const long = kind === 'array' || numbers.length > 1;
  return long && numbers.every((v) => v !== undefined) ? (numbers as number[]) : text;
}

/** One `key=value`, so that it reads back as the same value. */
export function formatEntry(key: string, value: InfoValue): string {
  const name = /^[^\s="'{}[\]]+$/.test(key) ? key : quote(key);
  return `${name}=${formatValue(value)}`;
}

function formatValue(value: InfoValue): string {
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'boolean') return value ? 'T' : 'F';
  if (typeof value === 'string') {
    const plain =
      /^[A-Za-z_][\w.:/+-]*$/.test(value) &&
      typeof infoValue({ key: '', text: value, kind: 'plain' }) === 'string';
    return plain ? value : quote(value);
  }
  const numbers = value.map(formatNumber).join(' ');
  return value.length > 1 ? `"${numbers}"` : `[${numbers}]`;
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}
