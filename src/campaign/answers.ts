import type { CampaignState } from './state.js';
import type { Order } from './steering.js';

/** What a campaign answers to an order that it has taken. */
export function answerTo(state: CampaignState, order: Order): string {
  const next = `from round ${state.round + 1} on`;
  switch (order.kind) {
    case 'pause':
      return 'paused: MD rests at its checkpoint; reference calculations under way are let run to their end';
    case 'resume':
      return `goes on: ${state.stage}, round ${state.round}`;
    case 'set':
      return `${told(order.changes)} ${next}`;
    case 'extend':
      return `${told(order.changes)}; goes on with round ${state.round + (state.stage === 'explore' ? 0 : 1)}`;
    case 'sample': {
      const who =
        order.walkers.length === 1
          ? `walker ${order.walkers[0]} is`
          : `walkers ${order.walkers.join(', ')} are`;
      return `the structure of ${who} taken at the start of round ${state.round + 1}`;
    }
    case 'resolve':
      return resolution(order.structure, order.answer.kind);
    case 'stop':
      return state.verdict ? 'ended: it was at rest' : 'ends with what it has when this round is over';
  }
}

function told(changes: readonly { readonly key: string; readonly value: unknown }[]): string {
  return changes.map(({ key, value }) => `${key} = ${JSON.stringify(value)}`).join(', ');
}

function resolution(structure: number, kind: 'retry' | 'skip' | 'abort'): string {
  switch (kind) {
    case 'retry':
      return `structure ${structure} goes to the reference again before the next round`;
    case 'skip':
      return `structure ${structure} is left out for good`;
    case 'abort':
      return `the campaign ends because of structure ${structure}`;
  }
}

/** An order as a person would say it. */
export function orderText(order: Order): string {
  switch (order.kind) {
    case 'pause':
    case 'resume':
    case 'stop':
      return order.kind;
    case 'set':
    case 'extend':
      return `${order.kind} ${told(order.changes)}`;
    case 'sample':
      return `sample walker ${order.walkers.join(', ')}`;
    case 'resolve':
      return `resolve structure ${order.structure}: ${order.answer.kind}${order.answer.kind === 'retry' && order.answer.changes.length > 0 ? ` with ${told(order.answer.changes)}` : ''}`;
  }
}
