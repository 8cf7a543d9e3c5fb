/* What would come of a change that a record names, by playing the recorded attempt once more with it. */
import { type Change, smallestChanges } from '../effects/change/index.js';
import { answersIn, suppose } from '../effects/change/suppose.js';
import { explainAttempt } from '../effects/explain.js';
import type { AttemptJournal, Journal } from '../effects/journal.js';
import { type RecipientReport, reportsOf } from '../engine/recipient-report.js';
import { programs } from '../machine/programs.js';

/** A recipient, by the attempt and the place in it. */
export interface Recorded {
  readonly attempt: AttemptJournal;
  readonly at: number;
}

/** Every recipient of a journal, in the order in which they were named. */
export function recipientsIn({ attempts }: Journal): readonly Recorded[] {
  return attempts
    .flatMap((attempt) => attempt.input.recipients.map((_, at) => ({ attempt, at })))
    .sort((left, right) => placeOf(left) - placeOf(right));
}

/** Where the reports of a journal are from, in their order. */
export function recordedIn(
  journal: Journal,
  reports: readonly Pick<RecipientReport, 'recipient'>[],
): readonly Recorded[] {
  let next = 0;
  return recipientsIn(journal).filter((each) => {
    // Attempts that were cut off have no report.
    const isReported = recipientOf(each) === reports[next]?.recipient;
    if (isReported) next += 1;
    return isReported;
  });
}

export const recipientOf = ({ attempt, at }: Recorded) => attempt.input.recipients[at]!;

const placeOf = ({ attempt, at }: Recorded) => attempt.places[at] ?? 0;

/** The report as it would be; null: the change is none that helps this recipient. */
export function supposed(recorded: Recorded, change: Change): RecipientReport | null {
  const { attempt, at } = recorded;
  const { result } = explainAttempt(attempt, programs);
  const recipient = recipientOf(recorded);
  const { changes, sets } = smallestChanges({ ...attempt, result }, at, programs);
  const edits = sets[changes.findIndex(({ what }) => what === change.what)];
  if (edits === undefined) return null;
  const played = suppose(programs, attempt, answersIn(attempt), edits).result;
  const place = played?.recipients.findIndex((each) => each.recipient === recipient) ?? -1;
  return played === null || place < 0 ? null : (reportsOf(played)[place] ?? null);
}
