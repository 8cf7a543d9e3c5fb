import type { Journal } from '../../effects/journal.js';
import { explainDelivery } from '../../engine/explain-delivery.js';
import { renderDelivery } from '../../engine/text/render-delivery.js';
import { timesOf } from '../../engine/text/times.js';
import { painter, print } from './terminal.js';
import { lineWidth } from './wrap.js';

/** How results are wanted. */
export interface ResultsFormat {
  readonly format: 'json' | 'text';
  readonly detail: 'short' | 'full';
}

/** Prints what a journal recorded as one JSON object, perhaps with further keys, or for people. */
export async function printResults(
  journal: Pick<Journal, 'attempts'>,
  { format, detail }: ResultsFormat,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await print(
    format === 'json'
      ? `${JSON.stringify({ results: explainDelivery(journal), ...more, ...timesOf(journal.attempts) })}\n`
      : renderDelivery(journal, { detail, paint: painter(), width: lineWidth() }),
  );
}
