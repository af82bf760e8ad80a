import { createJsonView } from './jsonView.js';
import { createPlainView } from './plainView.js';
import { createTerminalView } from './terminalView.js';
import type { OutputStream, View } from './types.js';

export type ViewFormat = 'auto' | 'live' | 'plain' | 'json';

/** The view for a stream: `auto` is the live picture on a terminal that can move its cursor and plain lines elsewhere. */
export function createView({
  stream,
  format,
}: {
  readonly stream: OutputStream;
  readonly format: ViewFormat;
}): View {
  switch (format) {
    case 'json':
      return createJsonView(stream);
    case 'plain':
      return createPlainView(stream);
    case 'live':
      return createTerminalView(stream);
    case 'auto':
      return stream.isTTY === true && process.env.TERM !== 'dumb'
        ? createTerminalView(stream)
        : createPlainView(stream);
  }
}
