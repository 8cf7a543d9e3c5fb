/* What would have come of a record under other settings or by another profile, row by row, as far as it reaches. */
import { type ComparedRecipient, compare, playRecord, type Verdict } from '../audit/compare.js';
import { cellsOf, type Profile } from '../audit/profiles/profile.js';
import type { AttemptJournal } from '../effects/journal.js';
import { programs } from '../machine/programs.js';
import type { PlacedDecision } from '../policy/attempt/types.js';
import { decidingBy } from '../policy/kernel/otherwise.js';
import { EXIT, type Exit } from './exit.js';
import { painter, print, printable } from './output/terminal.js';
import { labelled, wrapped } from './output/wrap.js';

interface Departure {
  readonly mx: string | null;
  readonly table: string;
  readonly input: Readonly<Record<string, string>>;
  readonly ours: { readonly row: string; readonly verdict: string } | null;
  readonly theirs: { readonly row: string; readonly verdict: string; readonly why: string };
}

export async function replayAs(
  attempts: readonly AttemptJournal[],
  profile: Profile,
  format: 'json' | 'text',
): Promise<Exit> {
  const play = playRecord(attempts, programs);
  const ours = play({});
  const theirs = decidingBy(cellsOf(profile.rows), () => play(profile.settings));
  const compared = compare(play, [profile]);
  const departures = ours.map(({ result }, at) =>
    departuresOf(result?.decisions ?? [], theirs[at]?.result?.decisions ?? []),
  );
  const unasked = theirs.map((each) => each.unasked);
  const isSame =
    departures.every((each) => each.length === 0) &&
    compared.every(({ verdicts }) => verdicts[1]!.compared === 'same');
  await print(
    format === 'json'
      ? `${JSON.stringify({ as: profile.name, attempts: departures.map((differences, at) => ({ domain: domainOf(attempts[at]!), differences, unasked: unasked[at] })), recipients: compared })}\n`
      : render(profile, attempts, departures, unasked, compared),
  );
  return isSame ? EXIT.ok : EXIT.different;
}

/** Decisions of theirs that ours did not make, in the order in which they were made. */
function departuresOf(
  ours: readonly PlacedDecision[],
  theirs: readonly PlacedDecision[],
): readonly Departure[] {
  const left = [...ours];
  return theirs.flatMap((decision) => {
    const at = left.findIndex(
      (each) => each.mx === decision.mx && each.table === decision.table && each.verdict === decision.verdict,
    );
    if (at >= 0) {
      left.splice(at, 1);
      return [];
    }
    const mine = left.find((each) => each.mx === decision.mx && each.table === decision.table);
    const { mx, table, input, row, verdict, why } = decision;
    return [
      {
        mx,
        table,
        input,
        ours: mine === undefined ? null : { row: mine.row, verdict: mine.verdict },
        theirs: { row, verdict, why },
      },
    ];
  });
}

function domainOf({ input: { destination } }: AttemptJournal): string {
  return destination.kind === 'domain' ? destination.name : `[${destination.address}]`;
}

function render(
  profile: Profile,
  attempts: readonly AttemptJournal[],
  departures: readonly (readonly Departure[])[],
  unasked: readonly (readonly string[])[],
  compared: readonly ComparedRecipient[],
): string {
  const paint = painter();
  const rows = attempts.map((attempt, at) => {
    const lines = departures[at]!.map(
      ({ mx, table, ours, theirs }) =>
        `  ${printable(table)}${mx === null ? '' : ` at ${printable(mx)}`}: ${ours === null ? 'not asked' : `${ours.verdict} (${ours.row})`} becomes ${theirs.verdict} (${theirs.row})\n${wrapped(theirs.why, '    ', '    ')}`,
    );
    const end =
      unasked[at]!.length === 0
        ? ''
        : wrapped(`The record does not reach further: it would have asked ${unasked[at]![0]}.`, '  ', '  ');
    return `${paint('bold', printable(domainOf(attempt)))}\n${lines.length === 0 ? '  every row is the same\n' : lines.join('')}${end}`;
  });
  const ends = compared.map(
    ({ recipient, verdicts: [own, other] }) =>
      `${paint('bold', printable(recipient))}\n${labelled('here', endOf(own!), paint)}${labelled('there', `${endOf(other!)}: ${other!.why}`, paint)}`,
  );
  return `as ${profile.name}: ${printable(profile.software)}\n\n${rows.join('\n')}\n${ends.join('')}`;
}

function endOf({ outcome, status }: Verdict): string {
  return status === null ? outcome : `${outcome} ${status}`;
}
