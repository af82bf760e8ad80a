import picocolors from 'picocolors';

export type Colours = ReturnType<typeof picocolors.createColors>;

/** Colours on or off, whatever the environment says. */
export function coloursFor(enabled: boolean): Colours {
  return picocolors.createColors(enabled);
}

/** Whether a stream is to be coloured: a terminal, unless NO_COLOR is set or the terminal says that it is dumb. */
export function wantsColour(
  stream: { readonly isTTY?: boolean },
  environment: NodeJS.ProcessEnv = process.env,
): boolean {
  if (environment.NO_COLOR !== undefined && environment.NO_COLOR !== '') return false;
  if (environment.FORCE_COLOR !== undefined && environment.FORCE_COLOR !== '0') return true;
  return stream.isTTY === true && environment.TERM !== 'dumb';
}
