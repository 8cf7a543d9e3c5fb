/* What is shown of a played or recorded attempt. */
import type { Journal, JournalEntry } from '../../effects/journal.js';
import type { ExplainedDecision, ExplainedReport } from '../../engine/explain-delivery.js';
import type { PlacedDecision } from '../../policy/attempt/types.js';
import { tellingFacts } from '../../policy/explain/telling.js';
import { requirementOf, sourceOf } from '../../policy/requirements.js';
import { allTables } from '../../policy/tables.js';
import { partsOf, reportLinesOf, verbOf } from '../outcome.js';
import type { Otherwise, Stop } from '../play.js';
import { columnsTurned, type Difference, listTurned, type Turned, VERDICT } from '../turned.js';
import { folded, h } from './dom.js';

/** What happened, then why, then the clause. `number`: of the outcome, as one address can have several. */
export function outcomePanel(report: ExplainedReport, { outcome }: Turned, number: number): HTMLElement {
  const { because } = report;
  const was = (name: string) => outcome.find(({ what }) => what === name)?.before ?? null;
  return h(
    'section',
    { class: `outcome ${report.outcome}`, 'aria-label': `Outcome ${number}, for ${report.recipient}` },
    h(
      'h2',
      { tabindex: -1 },
      h('span', { class: 'verdict' }, verbOf(report.outcome)),
      ` ${report.status}`,
      markBefore(was(VERDICT)),
    ),
    because === null
      ? null
      : [
          h('ul', { class: 'facts' }, ...tellingFacts(because).map((fact) => h('li', {}, fact))),
          h('p', { class: 'why' }, because.why),
          h('p', { class: 'clauses' }, `${because.row} `, ...because.refs.map(clauseOf)),
        ],
    h(
      'dl',
      {},
      ...partsOf(report).flatMap(({ name, value }) => [
        h('dt', {}, name),
        h('dd', {}, value, markBefore(was(name))),
      ]),
    ),
  );
}

/** What a turned fact has changed: in words, so that nobody has to see a colour. Null: nothing was there to be compared with. */
function markBefore(before: string | null): HTMLElement | null {
  if (before === null) return null;
  return h('mark', {}, before === '' ? 'new' : `before: ${before}`);
}

function markDecision(decision: ExplainedDecision, { decisions }: Turned): HTMLElement | null {
  const was = decisions.get(decision);
  if (was === undefined) return null;
  if (was === null) return markBefore('');
  if (was.row === decision.row) return h('mark', {}, 'on other facts');
  return markBefore(was.verdict === decision.verdict ? was.row : `${was.verdict} (${was.row})`);
}

/** All that has changed, beside each other. `by`: what it was changed by. */
export function turnedPanel(turned: Turned, by: string): HTMLElement | null {
  const all = listTurned(turned);
  if (all.length === 0) return null;
  return folded({}, h('summary', {}, `Every change: ${all.length}`), () => [
    h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `Every change by ${by}` },
      h(
        'table',
        {},
        h(
          'thead',
          {},
          h('tr', {}, ...['what', 'before', 'now'].map((head) => h('th', { scope: 'col' }, head))),
        ),
        h('tbody', {}, ...all.map(differenceRow)),
      ),
    ),
  ]);
}

function differenceRow({ what, before, now }: Difference): HTMLElement {
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, what),
    h('td', {}, before || 'none'),
    h('td', {}, now || 'none'),
  );
}

/** A clause that opens where it stands. */
function clauseOf(ref: string): HTMLElement {
  const requirement = requirementOf(ref);
  if (requirement === null) return h('span', { class: 'clause' }, ref);
  const text = `${requirement.text} (${sourceOf(requirement)}, ${requirement.level})`;
  return h('details', { class: 'clause' }, h('summary', {}, ref), h('p', {}, text));
}

export function changesPanel(changes: readonly Otherwise[], take: (change: Otherwise) => void): HTMLElement {
  const groups = (['delivered', 'deferred', 'bounced'] as const).flatMap((outcome) => {
    const of = changes.filter((change) => change.outcome === outcome);
    return of.length === 0 ? [] : [{ outcome, of }];
  });
  return h(
    'section',
    { 'aria-label': 'What would have to be different' },
    h('h2', {}, 'What would have to be different'),
    groups.length === 0 ? h('p', {}, 'No single change of these facts leads to another outcome.') : null,
    ...groups.map(({ outcome, of }) => [
      h('h3', {}, `${verbOf(outcome)}, if`),
      h(
        'ul',
        { class: 'changes' },
        ...of.map((change) =>
          h(
            'li',
            {},
            h('button', { type: 'button', class: outcome, onclick: () => take(change) }, change.says),
            h('span', { class: 'owner' }, ` (${change.owner})`),
          ),
        ),
      ),
    ]),
  );
}

/** What is said of the tables that a plan is joined from: who demands, and what comes of it. */
const PLANNED: Readonly<Record<string, string>> = {
  'dane-demand': 'DANE demands',
  'sts-demand': 'MTA-STS demands',
  'recipient-policy': 'a policy of the recipient',
  'requiretls-demand': 'REQUIRETLS demands',
  'operator-demand': 'the operator demands',
  'host-barrier': 'the host: to',
  'dane-matching': 'matching its TLSA records',
  'pkix-demand': 'its certificate',
  'cleartext-retry': 'in clear, should TLS fail',
};

/** What is demanded of each host, by whom, and what comes of it together; null: no host was come to. */
export function planPanel({ domain, decisions }: ExplainedReport, turned: Turned): HTMLElement | null {
  const planned = decisions.filter(
    ({ table, verdict }) =>
      Object.hasOwn(PLANNED, table) && (table !== 'recipient-policy' || verdict !== 'stands'),
  );
  const hosts = [...new Set(planned.flatMap(({ mx }) => mx ?? []))];
  if (hosts.length === 0) return null;
  return h(
    'section',
    { class: 'plan', 'aria-label': `The plan for ${domain}` },
    h('h2', {}, `The plan for ${domain}`),
    ...hosts.map((host) =>
      h(
        'div',
        { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `The plan for ${domain} at ${host}` },
        h(
          'table',
          {},
          h('caption', {}, host),
          h(
            'tbody',
            {},
            ...planned
              .filter(({ mx }) => mx === host)
              .map((decision) =>
                h(
                  'tr',
                  {},
                  h('th', { scope: 'row' }, PLANNED[decision.table]!),
                  h('td', {}, decision.verdict),
                  h(
                    'td',
                    {},
                    `${decision.why} `,
                    h('span', { class: 'row-id' }, `(${decision.row})`),
                    markDecision(decision, turned),
                  ),
                ),
              ),
          ),
        ),
      ),
    ),
  );
}

/** Where the machines waited, in order. */
export function pathPanel(path: readonly Stop[]): HTMLElement {
  return h(
    'section',
    { 'aria-label': 'The way through the machines' },
    h('h2', {}, 'The way through the machines'),
    h('ol', { class: 'path' }, ...path.map(({ machine, state }) => h('li', { class: machine }, state))),
    h('p', { class: 'legend' }, 'Squares: the attempt. Rounded: a host.'),
  );
}

/** Each decision in its table, with the row lit that applied. `open`: the rows of those that are unfolded. */
export function decisionsPanel(
  { domain, decisions }: ExplainedReport,
  turned: Turned,
  open: readonly string[],
): HTMLElement {
  return h(
    'section',
    { 'aria-label': `Decisions for ${domain}` },
    h('h2', {}, `Every decision for ${domain}`),
    ...decisions.map((decision, at) =>
      folded(
        { class: 'decision', open: open.includes(decision.row) },
        h(
          'summary',
          {},
          h('b', {}, decision.row),
          ` ${decision.verdict} `,
          h('span', { class: 'of' }, `${decision.table}${decision.mx === null ? '' : `, ${decision.mx}`}`),
          markDecision(decision, turned),
        ),
        () => [
          h('ul', { class: 'facts' }, ...decision.facts.map((fact) => h('li', {}, fact))),
          h('p', { class: 'why' }, decision.why),
          h('p', { class: 'clauses' }, ...decision.refs.map(clauseOf)),
          tableOf(decision, `${at + 1} for ${domain}`, turned.decisions.get(decision) ?? null),
        ],
      ),
    ),
    turned.gone.length === 0
      ? null
      : [
          h('h3', {}, 'Made no longer'),
          h('ul', { class: 'gone' }, ...turned.gone.map((was) => h('li', {}, sayDecision(was)))),
        ],
  );
}

function sayDecision({ row, verdict, table, mx }: PlacedDecision): string {
  return `${row} ${verdict} ${table}${mx === null ? '' : `, ${mx}`}`;
}

/** `before`: the decision in whose place this one stands; null: none, or it is the same. */
function tableOf(
  decision: ExplainedDecision,
  place: string,
  before: PlacedDecision | null,
): HTMLElement | null {
  const { table: name, row, input } = decision;
  const table = allTables.find((each) => each.name === name);
  if (table === undefined) return null;
  const columns = Object.keys(table.inputs);
  const turned = before === null ? [] : columnsTurned(before, decision);
  const cell = (when: Readonly<Record<string, unknown>>, column: string) =>
    when[column] === undefined ? '' : [when[column]].flat().join(' or ');
  return h(
    'div',
    {
      class: 'scroll',
      tabindex: 0,
      role: 'region',
      'aria-label': `The table of decision ${place}: ${name}`,
    },
    h(
      'table',
      {},
      h('caption', {}, `${name}: ${table.about}`),
      h(
        'thead',
        {},
        h('tr', {}, ...['row', ...columns, 'verdict'].map((head) => h('th', { scope: 'col' }, head))),
      ),
      h(
        'tbody',
        {},
        h(
          'tr',
          { class: 'input' },
          h('th', { scope: 'row' }, 'known'),
          ...columns.map((column) =>
            h(
              'td',
              {},
              input[column] ?? '',
              markBefore(turned.includes(column) ? before!.input[column]! : null),
            ),
          ),
          h('td', {}),
        ),
        ...table.rows.map(({ id, when, then }) =>
          h(
            'tr',
            id === row ? { class: 'lit', 'aria-current': 'true' } : {},
            h('th', { scope: 'row' }, id, id === before?.row && id !== row ? h('mark', {}, 'before') : null),
            ...columns.map((column) => h('td', {}, cell(when, column))),
            h('td', {}, then),
          ),
        ),
      ),
    ),
  );
}

/** What goes into the TLS report (RFC 8460). */
export function reportsPanel(report: ExplainedReport): HTMLElement {
  const lines = reportLinesOf(report);
  return h(
    'section',
    { 'aria-label': `For the TLS report to ${report.domain}` },
    h('h2', {}, `For the TLS report to ${report.domain}`),
    lines.length === 0
      ? h('p', {}, 'Nothing is counted.')
      : h('ul', {}, ...lines.map((text) => h('li', {}, text))),
  );
}

/** Every question and its answer, one at a time. `first`: the one that is shown at first, from 1. `told`: of each that is turned to. */
export function journalPanel(
  { attempts }: Journal,
  first: number,
  told: (question: number) => void,
): HTMLElement {
  const questions = attempts.flatMap(({ entries }) => questionsOf(entries));
  let at = 0;
  const place = h('p', { class: 'place', 'aria-live': 'polite' });
  const asked = h('pre', {});
  const answered = h('pre', {});
  const show = (to: number) => {
    at = Math.min(Math.max(to, 0), questions.length - 1);
    const question = questions[at];
    place.textContent = `Question ${at + 1} of ${questions.length}: ${question?.type ?? 'none'}`;
    asked.textContent = question === undefined ? '' : question.ask;
    answered.textContent = question === undefined ? '' : question.answer;
    [...list.children].forEach((item, index) => {
      item.firstElementChild?.setAttribute('aria-pressed', String(index === at));
    });
  };
  const turnTo = (to: number) => {
    show(to);
    told(at + 1);
  };
  const list = h(
    'ol',
    { class: 'questions' },
    ...questions.map(({ type, about }, index) =>
      h('li', {}, h('button', { type: 'button', onclick: () => turnTo(index) }, `${type} ${about}`.trim())),
    ),
  );
  const panel = h(
    'section',
    { 'aria-label': 'Questions and answers' },
    h('h2', {}, 'Questions and answers'),
    h(
      'p',
      {},
      h('button', { type: 'button', onclick: () => turnTo(at - 1) }, 'Previous'),
      ' ',
      h('button', { type: 'button', onclick: () => turnTo(at + 1) }, 'Next'),
    ),
    place,
    h(
      'div',
      { class: 'exchange' },
      h('div', {}, h('h3', {}, 'Asked'), asked),
      h('div', {}, h('h3', {}, 'Answered'), answered),
    ),
    h('details', {}, h('summary', {}, 'All questions'), list),
  );
  show(first - 1);
  return panel;
}

function questionsOf(entries: readonly JournalEntry[]) {
  const answers = new Map(
    entries.flatMap((entry) => (entry.kind === 'answer' ? [[entry.event.id, entry.event] as const] : [])),
  );
  return entries.flatMap((entry) => {
    if (entry.kind !== 'ask') return [];
    const { type, id, ...rest } = entry.ask;
    const answer = answers.get(id);
    const { name, domain, host, address } = rest as Readonly<Record<string, unknown>>;
    return [
      {
        type,
        about: String(name ?? domain ?? host ?? address ?? ''),
        ask: JSON.stringify(rest, null, 2),
        answer:
          answer === undefined
            ? 'not answered'
            : JSON.stringify('answer' in answer ? answer.answer : answer, null, 2),
      },
    ];
  });
}
