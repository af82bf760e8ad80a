/** Names and messages come from files and programs: nothing in them may move the cursor or start a new line. */
export function oneLine(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
    .trim();
}

/** At most so many characters, with an ellipsis where something was cut. */
export function clip(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  return width < 1 ? '' : `${characters.slice(0, width - 1).join('')}…`;
}

/** The end of a text: of a path the last folders matter. */
export function clipStart(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  return width < 1 ? '' : `…${characters.slice(characters.length - width + 1).join('')}`;
}

/** Padded on the right (`left`-aligned) or on the left; characters are taken to be one column wide. */
export function padded(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, width - [...text].length));
  return side === 'left' ? text + space : space + text;
}

/** Symbols as a terminal can show them: `β^{-1/2}` becomes `β^-1/2`. */
export function terminalSymbols(text: string): string {
  return text.replace(/\^\{([^}]*)\}/g, '^$1');
}

/** Wall-clock as `00:02:14`; hours go on past 99. */
export function clock(seconds: number): string {
  const total = Math.max(0, Math.floor(seconds));
  const part = (value: number) => String(value).padStart(2, '0');
  return `${part(Math.floor(total / 3600))}:${part(Math.floor(total / 60) % 60)}:${part(total % 60)}`;
}
