import type { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { FailureError } from '../errors.js';

/** What campaigns can be searched by: name, and its type in Temporal's own numbering (IndexedValueType). */
export const SEARCH_ATTRIBUTES = {
  AnharmonyMaterial: 'Keyword',
  AnharmonyStage: 'Keyword',
  AnharmonyVerdict: 'Keyword',
  AnharmonyStructures: 'Int',
  AnharmonyFittingError: 'Double',
  AnharmonyBayesianError: 'Double',
} as const;

const TYPE_NUMBERS = { Keyword: 2, Int: 3, Double: 4 } as const;
/** Closed runs are the audit trail: kept a hundred years, the longest that was tried. */
const RETENTION_MS = 100 * 365.25 * 86_400_000;
const PATIENCE_MS = 10_000;

/** Raises how long a namespace keeps closed runs. Only for a server of our own: elsewhere it is its owner's to say. */
export async function raiseRetention(connection: Connection, namespace: string): Promise<void> {
  const config = { workflowExecutionRetentionTtl: msToTs(RETENTION_MS) };
  await connection.workflowService.updateNamespace({ namespace, config });
}

/**
 * Registers the search attributes that are missing, and compares all of them with what the server has: it ignores
 * an attribute that exists with another type without a word. Throws a `FailureError` where they differ or may not be made.
 */
export async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const missing = await missingAttributes(connection, namespace);
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(
    missing.map((name) => [name, TYPE_NUMBERS[SEARCH_ATTRIBUTES[name]]]),
  );
  try {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (error) {
    const command = missing.map((name) => `--name ${name} --type ${SEARCH_ATTRIBUTES[name]}`).join(' ');
    throw new FailureError(
      `the search attributes ${missing.join(', ')} cannot be registered in namespace ${namespace}`,
      `let its owner run: temporal operator search-attribute create --namespace ${namespace} ${command}`,
      { cause: error },
    );
  }
  const deadline = Date.now() + PATIENCE_MS;
  while ((await missingAttributes(connection, namespace)).length > 0) {
    if (Date.now() > deadline)
      throw new FailureError('the search attributes were registered but do not appear');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

type AttributeName = keyof typeof SEARCH_ATTRIBUTES;

async function missingAttributes(
  connection: Connection,
  namespace: string,
): Promise<readonly AttributeName[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const names = Object.keys(SEARCH_ATTRIBUTES) as AttributeName[];
  for (const name of names) {
    const type: number | null | undefined = customAttributes?.[name];
    const wanted = TYPE_NUMBERS[SEARCH_ATTRIBUTES[name]];
    if (type != null && type !== wanted) {
      throw new FailureError(
        `the search attribute ${name} has another type in namespace ${namespace} (${type}, wanted ${SEARCH_ATTRIBUTES[name]})`,
        `remove it there (temporal operator search-attribute remove --name ${name}) or use another namespace`,
      );
    }
  }
  return names.filter((name) => customAttributes?.[name] == null);
}
