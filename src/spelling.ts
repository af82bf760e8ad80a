import { distance } from 'fastest-levenshtein';

/** `did you mean "…"?` where one of the known words is near enough to a misspelt one; else undefined. */
export function nearestHint(word: string, known: readonly string[]): string | undefined {
  // A word may also be the beginning of a longer one, with a slip: "stilinger" for "stillinger-weber".
  const apart = (name: string) =>
    Math.min(distance(word, name), 1 + distance(word, name.slice(0, word.length)));
  const [best] = [...known].sort((a, b) => apart(a) - apart(b));
  return best !== undefined && apart(best) <= Math.max(2, word.length / 2)
    ? `did you mean "${best}"?`
    : undefined;
}
