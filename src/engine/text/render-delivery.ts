import { strictObject } from '../../effects/codecs/strict-object.js';
import { callable, oneOf, wholeFrom } from '../../effects/codecs/values.js';
import type { Journal } from '../../effects/journal.js';
import { checked } from '../../effects/misuse.js';
import { explainDelivery, explainLooks, ofRecord } from '../explain-delivery.js';
import { renderLook, renderResults } from './render-results.js';
import { timesOf, timesText } from './times.js';
import type { Paint } from './wrap.js';

/** How the text of a delivery is wanted. */
export interface DeliveryTextOptions {
  /** How long a line may be, in characters; lines end between words, so a longer word makes a longer line. Default: 100. */
  readonly width?: number;
  /** `full`: decisions that changed nothing are shown too. Default: `short`. */
  readonly detail?: 'short' | 'full';
  /** Puts colour or weight around a text that has been escaped and measured. Default: none. */
  readonly paint?: Paint;
}

const TextOptionsCodec = strictObject<DeliveryTextOptions>(
  'an object with options',
  { width: wholeFrom(1, Number.MAX_SAFE_INTEGER), detail: oneOf('short', 'full'), paint: callable<Paint>() },
  [],
);

/** Longer lines are hard to read. */
const WIDTH_DEFAULT = 100;

/**
 * What a journal recorded, for people, as `waxseal deliver` and `waxseal explain` print it: of each recipient what happened,
 * with the very values, then why, the clause, and how the message travelled; of each domain the decisions, by host; then
 * the times. Whatever strangers said is escaped, so that it can steer no terminal. Asks nobody; throws a
 * {@link MisuseError} for what is no journal, and for options that say nothing sensible.
 */
export function renderDelivery(
  journal: Pick<Journal, 'attempts'>,
  options: DeliveryTextOptions = {},
): string {
  const {
    width = WIDTH_DEFAULT,
    detail = 'short',
    paint = (_: string, text: string) => text,
  } = checked(TextOptionsCodec, options, 'WAXSEAL_BAD_OPTIONS', 'options');
  const explained = explainDelivery(journal);
  return ofRecord(() => {
    const { attempts } = journal;
    const purpose = attempts[0]?.input.purpose ?? 'deliver';
    const style = { width, detail, paint, purpose };
    const looks = explainLooks(journal).map((look) => renderLook(look, style));
    const results = [renderResults(explained, style), ...looks].filter((text) => text !== '').join('\n');
    const times = timesOf(attempts);
    return `${results}${times === null ? '' : `\n${timesText(times)}\n`}`;
  });
}
