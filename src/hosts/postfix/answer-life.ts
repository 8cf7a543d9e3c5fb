import type { AnsweredBy, EffectName } from '../../effects/catalog.js';
import type { DeliveryResult } from '../../engine/engine.js';
import { lifetimeOf } from '../../policy/dns/lifetime.js';

const LIFE_MS_MIN = 30_000;
const LIFE_MS_MAX = 3_600_000;
/** Where something could not be learned, and the answer is good without it. */
const DOUBTFUL_MS_MAX = 60_000;
/** Long enough that a burst of mail does not ask again and again, too short to matter to mail that waits. */
const UNKNOWN_MS = 5_000;

/** What an answer is made of. Addresses come and go without changing it. */
const MADE_OF: readonly string[] = ['dns.mx', 'dns.txt', 'dns.cname', 'dns.tlsa'] satisfies EffectName[];
type MadeOf = AnsweredBy<'dns.mx' | 'dns.txt' | 'dns.cname' | 'dns.tlsa'>;

/** How long an answer may be given again, in milliseconds: as long as all that it was made of lives. */
export function lifeOf(
  { journal, attempts }: DeliveryResult,
  answer: 'known' | 'unknown',
  now: number,
): number {
  if (answer === 'unknown') return UNKNOWN_MS;
  const lives = (journal.attempts[0]?.entries ?? []).flatMap((entry) => {
    if (entry.kind !== 'answer' || !MADE_OF.includes(entry.event.type.replace('.answered', ''))) return [];
    const { answer } = entry.event as MadeOf;
    return answer.kind === 'failed' ? [DOUBTFUL_MS_MAX] : [lifetimeOf(answer) * 1000];
  });
  const after = attempts[0]?.policy?.after;
  const cached = after?.kind === 'read' ? after.cached : null;
  const policyLife = cached === null ? [] : [cached.fetchedAt + cached.policy.maxAgeSeconds * 1000 - now];
  return Math.max(LIFE_MS_MIN, Math.min(LIFE_MS_MAX, ...lives, ...policyLife));
}
