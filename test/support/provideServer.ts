import { describeServer, findServer } from '../../src/server/find.js';

/**
 * Many suites run against a real Temporal server. On a bare machine it is fetched or built here, once and before they start, so
 * that none of them skips for want of it; where none can be had that is said loudly, and those suites skip.
 */
export default async function provideServer(): Promise<void> {
  const log = (line: string) => console.log(`temporal server: ${line}`);
  const { server, reports } = await findServer({ log, install: true, local: true });
  if (server !== undefined) {
    log(describeServer(server));
    return;
  }
  for (const { way, line, hint } of reports) log(`${way}: ${line}${hint ? ` (${hint})` : ''}`);
  log('NONE CAN BE HAD HERE: every suite that needs one is skipped or fails');
}
