import type { BridgeOutcome, BridgeRun } from './bridge.js';
import { runByFiles } from './byFiles.js';
import { askResidentBridge } from './resident.js';

/** Runs the bridge for one structure; throws the `ReferenceFailure` that tells why there is no result. */
export function runBridge(run: BridgeRun): Promise<BridgeOutcome> {
  return run.resident ? askResidentBridge(run) : runByFiles(run);
}
