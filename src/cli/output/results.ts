import type { ExplainedReport } from '../../engine/explain-delivery.js';
import type { AttemptPurpose } from '../../policy/attempt/types.js';
import { renderResults } from './results-text.js';
import { painter, print } from './terminal.js';

/** How results are wanted. */
export interface ResultsFormat {
  readonly format: 'json' | 'text';
  readonly detail: 'short' | 'full';
  readonly purpose: AttemptPurpose;
}

/** Prints results as one JSON object, or for people. `more`: further keys of the object, after `results`. */
export async function printResults(
  results: readonly ExplainedReport[],
  { format, ...style }: ResultsFormat,
  more: object = {},
): Promise<void> {
  await print(
    format === 'json'
      ? `${JSON.stringify({ results, ...more })}\n`
      : renderResults(results, { paint: painter(), ...style }),
  );
}
