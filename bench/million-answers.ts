/* What a million answers weigh that the policy map remembers (it keeps 100,000 unless told otherwise); in a process of its own. */
import { KnownAnswers } from '../src/hosts/postfix/known-answers.js';

const COUNT = 1_000_000;

function heapBytes(): number {
  globalThis.gc!();
  return process.memoryUsage().heapUsed;
}

const before = heapBytes();
const answers = new KnownAnswers({
  learn: async (key) => ({
    reply: `OK secure match=mx1.${key}:mx2.${key} servername=hostname`,
    lifeMs: 3_600_000,
    isKnown: true,
  }),
  clock: () => 0,
  entriesMax: COUNT,
  charactersMax: Number.MAX_SAFE_INTEGER,
  lookupsMax: 64,
  tooMany: 'TEMP',
});
for (let at = 0; at < COUNT; at++) await answers.ask(`d${at}.example`);
if (answers.size !== COUNT) throw new Error(`${answers.size} are kept`);
process.send?.({ bytesEach: (heapBytes() - before) / COUNT });
answers.close();
process.disconnect?.();
