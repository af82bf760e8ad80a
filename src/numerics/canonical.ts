import canonicalize from 'canonicalize';

/**
 * Canonical JSON (RFC 8785) of plain data, UTF-8: two values that are equal as JSON have equal bytes, whatever the
 * order in which their keys were written. −0 becomes 0, as in all JSON; keys whose value is `undefined` are left out.
 *
 * Throws a TypeError that names the path where a value is not JSON. The library would turn a `Map` or a typed array
 * into `{}` or an object of numbered keys, and `undefined` inside an array into `null`: two different values with one hash.
 */
export function canonicalJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(canonicalText(value));
}

/** The same as text. */
export function canonicalText(value: unknown): string {
  requirePlain(value, '$', []);
  return canonicalize(value)!;
}

function requirePlain(value: unknown, path: string, ancestors: readonly object[]): void {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return;
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return;
    throw new TypeError(`${path}: ${value} has no JSON`);
  }
  if (typeof value !== 'object') throw new TypeError(`${path}: a value of type ${typeof value} has no JSON`);
  if (ancestors.includes(value)) throw new TypeError(`${path}: the value contains itself`);
  const lineage = [...ancestors, value];
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) requirePlain(value[i], `${path}[${i}]`, lineage);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(`${path}: a ${value.constructor.name} is not plain JSON data`);
  }
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) requirePlain(item, `${path}.${key}`, lineage);
  }
}
