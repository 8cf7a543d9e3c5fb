/* A message is split by destination, and an attempt made for each; a policy is looked for by an attempt that carries no mail. */
import {
  type AttemptJournal,
  JOURNAL_FORMAT,
  JOURNAL_VERSION,
  type Journal,
  type JournalEntry,
} from '../effects/journal.js';
import { mergeDialled, waitBehind } from '../policy/attempt/next-attempt.js';
import type { AttemptInput, AttemptPurpose } from '../policy/attempt/types.js';
import { parseDnsName } from '../policy/names/domain-name.js';
import { PLAIN_FACTS } from '../policy/require-tls/message.js';
import { DEFAULT_SETTINGS } from '../policy/settings.js';
import { attempt, noteRefusal, tellAttempt } from './attempt.js';
import { byDestination } from './attempt-inputs.js';
import { inTurn } from './in-turn.js';
import { deadlineOf, inputOf, type Job } from './job.js';
import type { Made } from './made.js';
import type { AttemptOptions } from './options.js';
import { type RecipientReport, reportsOf } from './recipient-report.js';
import type { DeliveryResult, PolicyResult } from './results.js';
import { noteSignals } from './signals.js';
import { tell } from './tell.js';

/** Destinations side by side, so that a slow one holds up nobody else's result. */
export async function carryOut(
  options: Made,
  job: Job,
  attemptOptions: AttemptOptions,
): Promise<DeliveryResult> {
  const deadline = deadlineOf(options, attemptOptions);
  const results = new Array<RecipientReport>(job.mailboxes.length);
  const groups = byDestination(job.mailboxes);
  const ended = await inTurn(groups, options.destinationsAtOnceMax ?? 16, async (group) => {
    const { places } = group;
    const input = { ...inputOf(options, job, group, attemptOptions), ...deadline };
    const attempted = await attempt(options, job.content, input, attemptOptions);
    const { result, entries, witness, wentBack } = attempted;
    // Who goes back comes again, and sees all of it once more, unless it was the end for somebody.
    if (wentBack === 'no' || result.recipients.some(({ outcome }) => outcome !== 'deferred')) {
      noteSignals(options, result, attemptOptions.scope);
      noteRefusal(options, input, result);
      if (job.purpose === 'deliver') await tellAttempt(options, result);
    }
    reportsOf(result).forEach((report, at) => {
      const place = places[at]!;
      results[place] = report;
      tell(() => attemptOptions.onResult?.(report, place));
    });
    const journal = { input: asFarAsAsked(input, entries), places, entries, result };
    witness?.remember(journal);
    return journal;
  });
  const attempts = ended.map(({ result }) => result);
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

/**
 * Of what the message has dialled before, what its attempt could come to: the hosts of its MX answer and those that were turned to. With
 * all that was dialled at the other destinations in each of them, a journal would grow with the square of their number.
 */
function asFarAsAsked(input: AttemptInput, entries: readonly JournalEntry[]): AttemptInput {
  if (Object.keys(input.dialled).length === 0) return input;
  const hosts = entries.flatMap((entry) => {
    if (entry.kind === 'run') return [entry.host];
    if (entry.kind !== 'answer' || entry.event.type !== 'dns.mx.answered') return [];
    // Of an adapter that breaks its contract too, which is a fault of ours and still has a record.
    const { records } = (entry.event.answer ?? {}) as { readonly records?: unknown };
    return Array.isArray(records)
      ? records.map((record) => parseDnsName(String(record?.exchange)) ?? '')
      : [];
  });
  const known = hosts.filter((host) => Object.hasOwn(input.dialled, host));
  return { ...input, dialled: Object.fromEntries(known.map((host) => [host, input.dialled[host]!])) };
}

function journalOf(attempts: readonly AttemptJournal[]): Journal {
  return { format: JOURNAL_FORMAT, version: JOURNAL_VERSION, attempts };
}
