/* A message is split by destination, and an attempt made for each; a policy is looked for by an attempt that carries no mail. */
import { type AttemptJournal, JOURNAL_FORMAT, JOURNAL_VERSION, type Journal } from '../effects/journal.js';
import { mergeDialled, waitBehind } from '../policy/attempt/next-attempt.js';
import type { AttemptInput, AttemptPurpose } from '../policy/attempt/types.js';
import type { Mailbox } from '../policy/names/mailbox.js';
import { PLAIN_FACTS } from '../policy/require-tls/message.js';
import { DEFAULT_SETTINGS } from '../policy/settings.js';
import { attempt, noteRefusal, tellAttempt } from './attempt.js';
import { byDestination } from './attempt-inputs.js';
import { inTurn } from './in-turn.js';
import { deadlineOf, inputOf, type Job } from './job.js';
import { type Made, tell } from './made.js';
import type { AttemptOptions } from './options.js';
import { type RecipientReport, reportOf } from './recipient-report.js';
import type { DeliveryResult, PolicyResult } from './results.js';
import { noteSignals } from './signals.js';

/** Destinations side by side, so that a slow one holds up nobody else's result. */
export async function carryOut(
  options: Made,
  job: Job,
  attemptOptions: AttemptOptions,
): Promise<DeliveryResult> {
  const deadline = deadlineOf(options, attemptOptions);
  const reports = new Map<Mailbox, RecipientReport>();
  const groups = byDestination(job.mailboxes);
  const ended = await inTurn(groups, options.destinationsAtOnceMax ?? 16, async (mailboxes) => {
    const input = { ...inputOf(options, job, mailboxes, attemptOptions), ...deadline };
    const { result, entries, witness } = await attempt(options, job.content, input, attemptOptions);
    noteSignals(options, result, attemptOptions.scope);
    noteRefusal(options, input, result);
    if (job.purpose === 'deliver') await tellAttempt(options, result);
    const places = mailboxes.map((mailbox) => job.mailboxes.indexOf(mailbox));
    mailboxes.forEach((mailbox, at) => {
      const report = reportOf(result, at);
      reports.set(mailbox, report);
      tell(() => attemptOptions.onResult?.(report, places[at]!));
    });
    const journal = { input, places, entries, result };
    witness?.remember(journal);
    return journal;
  });
  const attempts = ended.map(({ result }) => result);
  const results = job.mailboxes.map((mailbox) => reports.get(mailbox)!);
  const { attempt: number = 1, dialled = {} } = attemptOptions;
  const waitMs = results.some(({ outcome }) => outcome === 'deferred') ? waitBehind(number) : null;
  return {
    results,
    attempts,
    dialled: mergeDialled(dialled, attempts),
    retryAt: waitMs === null ? null : options.clock() + waitMs,
    journal: journalOf(ended),
  };
}

export async function findPolicy(
  options: Made,
  domain: string,
  purpose: Exclude<AttemptPurpose, Job['purpose']>,
  attemptOptions: AttemptOptions,
): Promise<PolicyResult> {
  const { settings = DEFAULT_SETTINGS, clock } = options;
  const input: AttemptInput = {
    startedAt: clock(),
    attempt: 1,
    destination: { kind: 'domain', name: domain },
    recipients: [],
    message: { ...PLAIN_FACTS, sender: '' },
    settings,
    dialled: {},
    purpose,
    ...deadlineOf(options, attemptOptions),
  };
  const { result, entries } = await attempt(options, () => [], input, attemptOptions);
  return {
    domain,
    policy: result.policy,
    decisions: result.decisions,
    journal: journalOf([{ input, places: [], entries, result }]),
  };
}

function journalOf(attempts: readonly AttemptJournal[]): Journal {
  return { format: JOURNAL_FORMAT, version: JOURNAL_VERSION, attempts };
}
