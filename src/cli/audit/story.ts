import type { Paragraph } from '../../report/audit/story.js';

/** A story for the terminal, each paragraph with the number of its entry. */
export function storyLines(story: readonly Paragraph[]): string[] {
  return story.flatMap(({ sequence, lines }) =>
    lines
      .map(plain)
      .map((text, k) =>
        k === 0 && sequence !== null ? `${String(sequence).padStart(5)}  ${text}` : `       ${text}`,
      ),
  );
}

/** Exponents as a terminal has them. */
function plain(text: string): string {
  return text.replace(/\^\{([^{}]*)\}/g, '^$1');
}
