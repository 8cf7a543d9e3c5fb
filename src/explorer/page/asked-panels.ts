/* What is asked afterwards: what others would have made of it, what would help, and what the sender is told. */
import { AS_OURS, type ComparedRecipient, type Difference, type Verdict } from '../../audit/compare.js';
import type { Change } from '../../effects/change/index.js';
import type { ExplainedReport } from '../../engine/explain-delivery.js';
import type { RecipientReport } from '../../engine/recipient-report.js';
import { OWNERS } from '../../policy/explain/fact.js';
import { compareReports, sayTurned } from '../turned.js';
import { h } from './dom.js';
import { turnedPanel } from './panels.js';

const COMPARED: Readonly<Record<Verdict['compared'], string>> = {
  same: 'as ours',
  stricter: 'stricter',
  laxer: 'laxer',
  other: 'another status',
  unknown: 'not known',
};

/** Each verdict with its reason and its source, side by side, and the first row that differs. */
export function othersPanel(compared: readonly ComparedRecipient[]): HTMLElement {
  return h(
    'section',
    { class: 'others', 'aria-label': 'What others would have made of it' },
    h('h2', {}, 'What others would have made of it'),
    ...compared.map(({ recipient, verdicts, firstDifference }, at) =>
      h(
        'div',
        {},
        h(
          'div',
          {
            class: 'scroll',
            tabindex: 0,
            role: 'region',
            'aria-label': `Verdicts ${at + 1} for ${recipient}`,
          },
          h(
            'table',
            {},
            h('caption', {}, recipient),
            h(
              'thead',
              {},
              h(
                'tr',
                {},
                ...['who', 'outcome', 'against ours', 'why', 'source'].map((head) =>
                  h('th', { scope: 'col' }, head),
                ),
              ),
            ),
            h('tbody', {}, ...verdicts.map(rowOf)),
          ),
        ),
        firstDifference === null ? h('p', {}, 'No row that matters differs.') : differenceOf(firstDifference),
      ),
    ),
  );
}

function rowOf({ mta, outcome, status, compared, why, source }: Verdict): HTMLElement {
  const against = mta === 'waxseal' ? '' : COMPARED[compared];
  // What is ours word for word stands in the first row already.
  const reason = against === COMPARED.same && why.startsWith(AS_OURS) ? '' : why;
  return h(
    'tr',
    { class: `verdict-${outcome}` },
    h('th', { scope: 'row' }, mta),
    ...[`${outcome} ${status ?? ''}`.trim(), against, reason, source].map((text) => h('td', {}, text)),
  );
}

function differenceOf({ mta, mx, table, ours, theirs }: Difference): HTMLElement {
  return h(
    'p',
    { class: 'first-difference' },
    `The first row that differs, by ${mta}, in ${table}${mx === null ? '' : ` at ${mx}`}: `,
    h('b', {}, `${ours.verdict} (${ours.row})`),
    ' here, ',
    h('b', {}, `${theirs.verdict} (${theirs.row})`),
    ` there. ${theirs.why}`,
  );
}

/** The smallest changes, whose they are, what would come of them, and what they take for granted. `played`: the report with such a change. */
export function smallestPanel(
  report: ExplainedReport,
  number: number,
  played: (change: Change) => RecipientReport | null,
): HTMLElement | null {
  const { recipient, change: changes } = report;
  if (changes.length === 0) return null;
  return h(
    'section',
    { 'aria-label': `The smallest changes ${number}, for ${recipient}` },
    h('h2', {}, `The smallest changes for ${recipient}`),
    h(
      'ul',
      { class: 'smallest' },
      ...changes.map((change, at) => {
        const { by, kind, what, verdict, assumed } = change;
        const told = h('div', { role: 'status' });
        return h(
          'li',
          {},
          h('b', {}, `${OWNERS[by]}${kind === 'concession' ? ', at a price' : ''}: `),
          h(
            'button',
            {
              type: 'button',
              class: verdict,
              onclick: () =>
                told.replaceChildren(
                  ...comparison(report, played(change), `change ${at + 1} for outcome ${number}`),
                ),
            },
            what,
          ),
          ` It would be ${verdict}.`,
          assumed.length === 0
            ? null
            : h(
                'details',
                {},
                h('summary', {}, 'Taken for granted'),
                h('ul', {}, ...assumed.map((each) => h('li', {}, each))),
              ),
          told,
        );
      }),
    ),
  );
}

/** From what to what everything goes. */
function comparison(
  before: RecipientReport,
  now: RecipientReport | null,
  by: string,
): readonly HTMLElement[] {
  if (now === null) return [h('p', {}, 'The record does not say enough to play it.')];
  const turned = compareReports(before, now);
  return [h('p', {}, sayTurned(turned, now)), ...[turnedPanel(turned, by)].flatMap((panel) => panel ?? [])];
}

/** What the sender would read of a recipient; null: nothing. */
export function noticePanel(recipient: string, text: string | null, number: number): HTMLElement | null {
  if (text === null) return null;
  return h(
    'section',
    { 'aria-label': `Notice ${number}, about ${recipient}` },
    h('h2', {}, `The notice to the sender about ${recipient}`),
    h(
      'details',
      { class: 'notice' },
      h('summary', {}, 'As it would be sent (RFC 3464), once one is due'),
      h(
        'pre',
        { tabindex: 0, role: 'region', 'aria-label': `Text of notice ${number}, about ${recipient}` },
        text,
      ),
    ),
  );
}
