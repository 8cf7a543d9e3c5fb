import { AttemptResultCodec } from '../effects/codecs/attempt.codec.js';
import { checked } from '../effects/misuse.js';
import type { AttemptResult } from '../policy/attempt/types.js';
import { whatStopped as judge, type StoppedMessage } from '../policy/mta-sts/last-look.js';

/**
 * What stopped the message in that attempt, for the recipients that still wait: what a queue remembers for `engine.lastLook`. Throws a
 * {@link MisuseError} for what is no result of an attempt.
 */
export function whatStopped(result: AttemptResult): StoppedMessage {
  return judge(checked(AttemptResultCodec, result, 'WAXSEAL_BAD_OPTIONS', 'result'));
}
