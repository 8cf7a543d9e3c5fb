/* What happens, as lines of a log: one for each message that came in or was refused, and one for each recipient's outcome. */
import { allFactsOf } from '../policy/queue/turn.js';
import { textOf } from '../policy/smtp/reply.js';
import type { DoorbellState, QueueOutcome } from '../services/queue/index.js';
import type { DoorEvent } from './doors/door.js';
import type { Logger } from './log.js';

export function tellDoorEvent(event: DoorEvent, log: Logger): void {
  const { event: name, ...fields } = event;
  if (event.event === 'accepted') {
    const { id, from, recipients, client } = event;
    const to = recipients === 1 ? 'one recipient' : `${recipients} recipients`;
    log('info', name, `${id}: from <${from}> to ${to}, from ${client === '' ? 'here' : client}`, fields);
  } else
    log('info', name, `refused at ${event.stage}: ${event.code} ${event.text} (${event.client})`, fields);
}

/** `lookMs`: how often is looked where rings are not heard. */
export function tellDoorbell(state: DoorbellState, lookMs: number, log: Logger): void {
  if (state.kind === 'heard') log('info', 'doorbell', 'other nodes are heard when they ring');
  else
    log('info', 'doorbell', `other nodes are not heard: ${state.why}; looks each ${lookMs / 1000} s`, {
      why: state.why,
    });
}

export function tellOutcome(outcome: QueueOutcome, log: Logger): void {
  const { messageId: id, from, recipient, outcome: name, attempts, nextAttemptAt, turn } = outcome;
  const { word, decision, notice } = turn;
  const row = word?.because?.row ?? decision.row;
  const mx = word?.remote?.name ?? null;
  // What was ordered has nothing to do with a host that was met before.
  const place = word?.because == null ? null : mx;
  const reply = word?.reply ?? null;
  const next = nextAttemptAt === null ? null : new Date(nextAttemptAt).toISOString();
  // Where nobody said anything, it is told what was met in place of that.
  const met = word?.met ?? word?.facts[0] ?? word?.because?.why ?? '';
  const said = reply !== null ? `: ${reply.code} ${textOf(reply)}` : met === '' ? '' : `: ${met}`;
  log(
    name === 'delivered' || name === 'dropped' ? 'info' : 'warn',
    name,
    `${id}: ${recipient} ${name} ${word?.status ?? ''}${place === null ? '' : ` ${reply === null ? 'at' : 'by'} ${place}`}${said} (${row})`,
    {
      ...{ id, from, recipient, outcome: name, attempt: attempts },
      ...{ status: word?.status ?? null, mx, ip: word?.remote?.ip ?? null },
      authentication: word?.authentication ?? 'none',
      reply: reply === null ? null : { code: reply.code, text: textOf(reply) },
      ...{ row, table: word?.because?.table ?? decision.table, why: word?.because?.why ?? decision.why },
      facts: word === null ? [] : allFactsOf(word),
      nextAttemptAt: next,
      notice: notice?.verdict ?? null,
    },
  );
}
