/* The notice that the sender would get (RFC 3464), for who waits and for who is refused. */
import { explainAttempt } from '../effects/explain.js';
import { programs } from '../machine/programs.js';
import { waitBehind } from '../policy/attempt/next-attempt.js';
import { composeNotice, mechanismsOf } from '../policy/dsn/index.js';
import { tellableFacts } from '../policy/dsn/tellable.js';
import type { Recorded } from './supposed.js';

/** Header and parts as they would be sent; null: this recipient has no notice to be sent. */
export function noticeFor({ attempt, at }: Recorded): string | null {
  const { input } = attempt;
  const { result, because } = explainAttempt(attempt, programs);
  const recipient = result?.recipients[at];
  if (result === null || recipient === undefined || recipient.outcome === 'delivered') return null;
  if (input.message.sender === '') return null;
  const reason = because[at] ?? null;
  const { host, state, status } = recipient;
  const isBarred = state.reply === null && reason?.table === 'host-barrier';
  const action = recipient.outcome === 'bounced' ? 'failed' : 'delayed';
  const { chunks } = composeNotice({
    ...{ action, reportingMta: input.settings.helo, postmaster: `postmaster@${input.settings.helo}` },
    ...{ returnPath: input.message.sender, composedAt: input.startedAt, id: 'explored' },
    message: {
      ...{ queueId: 'explored', arrivedAt: input.startedAt, envelopeId: null, receivedFrom: null },
      ...{ utf8: input.message.utf8, returns: 'headers', octets: new Uint8Array() },
    },
    recipients: [
      {
        ...{ address: recipient.recipient, original: null, status, reply: state.reply, change: [] },
        remote: host === null || isBarred ? null : { name: host.candidate.host, ip: host.ip },
        because:
          reason === null
            ? null
            : {
                ...{ row: reason.row, why: reason.why, mx: reason.mx },
                mechanisms: mechanismsOf(reason, result.decisions),
                facts: tellableFacts(reason.facts),
              },
        lastAttemptAt: input.startedAt,
        next: action === 'delayed' ? nextOf(input.startedAt, input.attempt) : null,
      },
    ],
  });
  return chunks
    .filter((chunk) => typeof chunk === 'string')
    .join('')
    .replaceAll('\r\n', '\n');
}

/** When it is tried again by the usual schedule, and given up. */
function nextOf(now: number, attempt: number) {
  let until = now;
  for (let each = attempt; waitBehind(each) !== null; each++) until += waitBehind(each)!;
  return { attemptAt: now + (waitBehind(attempt) ?? 0), until };
}
