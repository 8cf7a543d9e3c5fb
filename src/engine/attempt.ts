/*
 * One attempt, carried out: what it asks and is told is written down, and who runs the engine hears of what does not go away by itself. A
 * fault of ours defers.
 */
import { errorText } from '../effects/error-text.js';
import { Witness } from '../effects/explain.js';
import { interpret } from '../effects/interpret.js';
import type { JournalEntry } from '../effects/journal.js';
import type { MessageSource } from '../effects/ports.js';
import { programs } from '../machine/programs.js';
import type { AttemptInput, AttemptResult } from '../policy/attempt/types.js';
import type { Crowd } from '../policy/queue/crowd.js';
import { textOf } from '../policy/smtp/reply.js';
import { deferAll } from './attempt-inputs.js';
import { following } from './following.js';
import type { Made } from './made.js';
import type { AttemptOptions } from './options.js';
import { rememberRefusal } from './parked-relays.js';
import { tell } from './tell.js';

export async function attempt(
  options: Made,
  message: MessageSource,
  input: AttemptInput,
  attemptOptions: AttemptOptions,
) {
  const entries: JournalEntry[] = [];
  // Who has failed before is likely to fail again, and then somebody asks why: to have looked on costs a fraction of a replay.
  const witness = input.attempt > 1 ? new Witness() : null;
  const { signal, goesBack } = attemptOptions;
  const followed = signal || goesBack ? following(...(signal ? [signal] : [])) : undefined;
  let wentBack: 'no' | 'yes' = 'no';
  const onCrowded = (crowd: Crowd) => {
    wentBack = 'yes';
    tell(() => goesBack?.onCrowded(crowd));
    followed?.stop();
  };
  const ended = await interpret(input, {
    programs,
    adapters: options.adapters,
    message,
    clock: options.clock,
    ...(options.wait === undefined ? {} : { wait: options.wait }),
    ...(followed && { signal: followed.signal }),
    ...(goesBack && { goesBack: { ...goesBack, onCrowded } }),
    ...(witness === null ? {} : { onlookers: witness.onlookers }),
    note: (entry) => {
      entries.push(entry);
      noteStore(options, entry);
      tell(() => attemptOptions.onEntry?.(entry));
    },
  });
  followed?.end();
  if (ended.kind === 'finished') return { result: ended.output, entries, witness, wentBack };
  const consequence = input.recipients.length > 0 ? 'the message is deferred' : 'nothing was learned';
  options.onFault?.(`${consequence}: ${ended.message}`);
  return { result: deferAll(input), entries, witness: null, wentBack };
}

/** Mail that waits for want of what we keep would wait for ever if nobody were told (RFC 8461, Section 5.1). */
function noteStore({ complain }: Made, entry: JournalEntry): void {
  if (entry.kind !== 'answer') return;
  const { event } = entry;
  if (event.type === 'policy-cache.read.answered' && event.answer.kind === 'unreadable')
    complain(
      `kept MTA-STS policies cannot be read, and mail that depends on them waits: ${event.answer.why ?? NO_REASON}`,
    );
  if (event.type === 'policy-cache.write.answered' && event.answer.kind === 'failed')
    complain(`an MTA-STS policy is not kept: ${event.answer.why ?? NO_REASON}`);
}

const NO_REASON = 'the store does not say why';

export async function tellAttempt(options: Made, result: AttemptResult): Promise<void> {
  try {
    await options.onAttempt?.(result, options.clock());
  } catch (error) {
    options.onFault?.(`onAttempt: ${errorText(error)}`);
  }
}

/** A relay that does not know us concerns the operator, who hears of it, and not one message but all. */
export function noteRefusal(
  { complain, clock, refusedAt }: Made,
  { transport }: AttemptInput,
  { recipients }: AttemptResult,
): void {
  if (transport === undefined) return;
  const refused = rememberRefusal(refusedAt, transport.name, recipients, clock());
  if (refused === null) return;
  const said =
    refused.state.reply === null ? '' : `: ${refused.state.reply.code} ${textOf(refused.state.reply)}`;
  complain(
    `the relay of the transport ${transport.name} does not let us in, and its mail waits (${refused.state.because?.row ?? ''}: ${refused.state.because?.why ?? ''})${said}`,
  );
}
