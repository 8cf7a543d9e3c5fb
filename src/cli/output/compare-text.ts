import { AS_OURS, type ComparedRecipient, type Verdict } from '../../audit/compare.js';
import { type Paint, painter, printable } from './terminal.js';
import { labelled, wrapped } from './wrap.js';

const COLOURS = { delivered: 'green', deferred: 'yellow', bounced: 'red', unknown: 'dim' } as const;
const COMPARED: Readonly<Record<Verdict['compared'], string>> = {
  same: 'as ours',
  stricter: 'stricter than ours',
  laxer: 'laxer than ours',
  other: 'another status',
  unknown: 'not known',
};

/** Each verdict with its reason and its source, and the first row that differs. */
export function renderComparison(recipients: readonly ComparedRecipient[]): string {
  const paint = painter();
  return recipients.map((each) => renderRecipient(each, paint)).join('\n');
}

function renderRecipient({ recipient, verdicts, firstDifference }: ComparedRecipient, paint: Paint): string {
  const lines = verdicts.map((verdict) => {
    const { mta, outcome, status, source, compared } = verdict;
    const head = `  ${paint('bold', mta.padEnd(14))} ${paint(COLOURS[outcome], `${outcome}  ${status ?? ''}`.padEnd(18))} ${mta === 'waxseal' ? '' : COMPARED[compared]}`;
    return `${head.trimEnd()}\n${reasonIn(verdict)}${paint('dim', wrapped(`(${source})`, '    ', '     '))}`;
  });
  // A row that leads to the same end is for `--json` and `replay --as`.
  const isTelling = verdicts.some(({ compared }) => compared === 'stricter' || compared === 'laxer');
  const first =
    firstDifference === null || !isTelling
      ? ''
      : [
          '\n',
          labelled(
            'differs first',
            `${firstDifference.table}${firstDifference.mx === null ? '' : ` at ${firstDifference.mx}`}, by ${firstDifference.mta}`,
            paint,
          ),
          labelled(
            'known',
            Object.entries(firstDifference.input)
              .map(([column, word]) => `${column} ${word}`)
              .join(', '),
            paint,
          ),
          labelled(
            'ours',
            `${firstDifference.ours.verdict} (${firstDifference.ours.row}): ${firstDifference.ours.why}`,
            paint,
          ),
          labelled(
            'theirs',
            `${firstDifference.theirs.verdict} (${firstDifference.theirs.row}): ${firstDifference.theirs.why}`,
            paint,
          ),
        ].join('');
  return `${paint('bold', printable(recipient))}\n${lines.join('')}${first}`;
}

/** What is ours word for word stands above already. */
function reasonIn({ mta, why, compared }: Verdict): string {
  return mta !== 'waxseal' && compared === 'same' && why.startsWith(AS_OURS)
    ? ''
    : wrapped(why, '    ', '    ');
}
