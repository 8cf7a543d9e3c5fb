/* What a plan is made from: the words of a mail system that owns its sockets, and what an engine has for it. */
import { MisuseError } from '../../effects/misuse.js';
import type { AttemptInput } from '../../policy/attempt/types.js';
import { PLAIN_FACTS } from '../../policy/require-tls/message.js';
import { attempt, tellAttempt } from '../attempt.js';
import { byDestination, parseEnvelope } from '../attempt-inputs.js';
import { checkMail, checkPlanFacts } from '../check-arguments.js';
import { deadlineOf, inputOf } from '../job.js';
import type { Made } from '../made.js';
import type { AttemptOptions, PlanFacts } from '../options.js';
import { POSTMASTER, postmasterAt } from '../postmaster.js';
import { noteSignals } from '../signals.js';
import { NO_SOCKETS } from './no-sockets.js';
import type { PlanPorts } from './plan.js';

export function planInput(
  options: Made,
  domain: string,
  given: PlanFacts,
  attemptOptions: AttemptOptions,
  toAscii: (domain: string) => string,
): AttemptInput {
  const postmaster = postmasterAt(domain, toAscii);
  const { from = POSTMASTER, to, ...facts } = checkPlanFacts(given);
  const known = { ...PLAIN_FACTS, ...facts };
  const mail = { from, to: to ?? [postmaster.address], content: () => [], facts: known };
  checkMail(mail);
  const envelope = parseEnvelope(mail, toAscii);
  if (byDestination([postmaster, ...envelope.mailboxes]).length > 1) {
    throw new MisuseError(
      'WAXSEAL_BAD_ADDRESS',
      `a plan is for the recipients of one domain, and not all of these are at ${domain}`,
    );
  }
  const job = { ...mail, ...envelope, purpose: 'deliver' } as const;
  const input = inputOf(options, job, byDestination(envelope.mailboxes)[0]!, attemptOptions);
  return { ...input, ...deadlineOf(options, attemptOptions) };
}

export function planPorts(options: Made, { onEntry, signal, scope }: AttemptOptions): PlanPorts {
  return {
    adapters: options.adapters,
    sockets: options.sockets ?? NO_SOCKETS,
    clock: options.clock,
    signal,
    attempt: (adapters, input, own) =>
      attempt({ ...options, adapters }, () => [], input, {
        signal: own.signal,
        onEntry: (entry) => {
          own.onEntry(entry);
          if (own.isReal) onEntry?.(entry);
        },
      }),
    tell: (result) => {
      noteSignals(options, result, scope);
      return tellAttempt(options, result);
    },
  };
}
