/* The queue at a glance, as a page: no script, nothing from elsewhere, every text escaped. */
import type { LaneCounts, QueueCounts } from '../../effects/queue-stores.js';
import { waitsFor } from '../../policy/queue/lane-health.table.js';
import type { MessageView, RecipientView } from '../../services/queue/index.js';
import type { Kept, Passed } from '../watch/lately.js';

export interface StatusFacts {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Whether it loads itself again by and by, which nobody is made to bear who did not ask for it. */
  readonly isWatched: boolean;
  readonly counts: QueueCounts;
  readonly lanes: readonly LaneCounts[];
  readonly messages: readonly MessageView[];
  /** By this process, in the last five minutes and in the last hour. */
  readonly passed: readonly [five: PassedCounts, hour: PassedCounts];
  /** What kept most in the last hour. */
  readonly kept: readonly Kept[];
}

type PassedCounts = Readonly<Partial<Record<Passed, number>>>;

const STYLE = `
:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.4; }
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin-bottom: 2rem; }
caption { text-align: left; font-weight: bold; font-size: 1.2rem; padding: .5rem 0; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #8886; vertical-align: top; overflow-wrap: anywhere; }
th, td.word, td.number { overflow-wrap: normal; white-space: nowrap; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
td.text { min-width: 10rem; }
td.why { min-width: 18rem; }
h1 { overflow-wrap: anywhere; }
@media (max-width: 52rem) {
  body { margin: 1rem auto; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, caption, tbody, tr, td { display: block; }
  tr { padding: .5rem 0; border-bottom: 1px solid #8886; }
  td, td.number { border: 0; padding: .1rem 0; text-align: left; min-width: 0; white-space: normal; }
  td[data-head]::before { content: attr(data-head) ": "; font-weight: 600; }
}
a { color: inherit; }
dl { display: flex; flex-wrap: wrap; gap: 1.5rem; }
dd { margin: 0; font-size: 1.6rem; }
`;

export function statusPage(facts: StatusFacts): string {
  const { name, now, isWatched, counts, lanes, messages, passed, kept } = facts;
  const figures = [
    ['waiting', counts.waiting],
    ['attempting', counts.attempting],
    ['held', counts.held],
    ['ways that are closed', counts.lanesClosed],
    ['ways that are put off', counts.lanesPutOff],
  ] as const;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${isWatched ? '<meta http-equiv="refresh" content="15">\n' : ''}<title>Queue of ${escaped(name)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Queue of ${escaped(name)}</h1>
<p>As of ${timeOf(now)}; ${isWatched ? 'read again every 15 seconds, <a href="/">stop</a>' : '<a href="/?watch">read again every 15 seconds</a>'}.</p>
<dl>${figures.map(([label, value]) => `<div><dt>${label}</dt><dd>${value}</dd></div>`).join('')}</dl>
${tableOf(
  'What passed here',
  PASSED,
  PASSED_ROWS.map((row) => passedRow(row, passed)),
)}
${tableOf(
  'What kept most in the last hour',
  KEPT,
  kept.map(({ domain, row, why, times }) => [escaped(domain), escaped(`${row}: ${why}`), String(times)]),
)}
${tableOf(
  'Where most waits',
  LANES,
  lanes.map((lane) => laneRow(lane, now)),
)}
${tableOf(
  'The oldest that wait, and why',
  RECIPIENTS,
  messages.flatMap((message) =>
    message.recipients
      .filter(({ state }) => state === 'waiting' || state === 'attempting')
      .map((recipient) => recipientRow(message, recipient)),
  ),
)}
</main>
</body>
</html>
`;
}

/** `word`: never broken; `number`: to the right; `text` and `why`: as it comes. */
type Kind = 'text' | 'word' | 'number' | 'why';
type Column = readonly [head: string, kind: Kind];

const PASSED: readonly Column[] = [
  ['What', 'text'],
  ['Last 5 minutes', 'number'],
  ['Last hour', 'number'],
];

const PASSED_ROWS: readonly (readonly [says: string, ...what: readonly Passed[]])[] = [
  ['messages taken in', 'taken'],
  ['recipients delivered to', 'delivered'],
  ['recipients who have to wait', 'deferred', 'delayed'],
  ['recipients given back to senders', 'bounced', 'expired'],
  ['recipients dropped by order', 'dropped'],
];

const KEPT: readonly Column[] = [
  ['Domain', 'text'],
  ['Why', 'why'],
  ['Times', 'number'],
];

const LANES: readonly Column[] = [
  ['Transport and domain', 'text'],
  ['Waiting', 'number'],
  ['Attempting', 'number'],
  ['Failures in a row', 'number'],
  ['Next, or closed until', 'text'],
];

const RECIPIENTS: readonly Column[] = [
  ['Message', 'text'],
  ['Recipient', 'text'],
  ['State', 'word'],
  ['Attempts', 'number'],
  ['Next', 'word'],
  ['Why', 'why'],
];

/** `rows`: the cells of each, escaped. On a narrow screen each stands behind its head. */
function tableOf(caption: string, columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const head = columns.map(([name, kind]) => `<th scope="col" class="${kind}">${name}</th>`).join('');
  const cell = (text: string, at: number) =>
    `<td class="${columns[at]![1]}" data-head="${columns[at]![0]}">${text}</td>`;
  const body =
    rows.length === 0
      ? `<tr><td colspan="${columns.length}">nothing</td></tr>`
      : rows.map((cells) => `<tr>${cells.map(cell).join('')}</tr>`).join('\n');
  return `<table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
}

function passedRow(
  [says, ...what]: (typeof PASSED_ROWS)[number],
  passed: StatusFacts['passed'],
): readonly string[] {
  return [says, ...passed.map((counts) => String(what.reduce((sum, each) => sum + (counts[each] ?? 0), 0)))];
}

function laneRow(
  { lane, waiting, attempting, failures, closedUntil, dueAt }: LaneCounts,
  now: number,
): readonly string[] {
  const next =
    closedUntil > now
      ? `${waitsFor(failures) === 'way' ? 'closed' : 'put off'} until ${timeOf(closedUntil)}`
      : dueAt === null
        ? ''
        : timeOf(dueAt);
  return [escaped(lane), ...[waiting, attempting, failures].map(String), next];
}

const WAITS_FOR: Readonly<Record<NonNullable<RecipientView['waitsFor']>, string>> = {
  way: ' LANE-3: its way is closed until then.',
  room: ' LANE-5: it is put off until then, since a server has all sessions open that it may.',
};

function recipientRow({ id, from, held }: MessageView, recipient: RecipientView): readonly string[] {
  const {
    recipient: address,
    state,
    attempts,
    nextAttemptAt,
    waitsFor,
    status,
    reply,
    mx,
    because,
  } = recipient;
  const said = reply === null ? '' : `${mx ?? 'it'} said: ${reply.code} ${reply.text} `;
  const met = reply === null ? (because?.facts[0] ?? '') : '';
  const why = because === null ? '' : `${because.row}: ${`${met} ${because.why}`.trim()}`;
  return [
    `${escaped(id)}<br>${escaped(from === '' ? '<>' : from)}`,
    escaped(address),
    `${state}${held ? ', held' : ''}`,
    String(attempts),
    nextAttemptAt === null ? '' : timeOf(Date.parse(nextAttemptAt)),
    escaped(`${status ?? ''} ${said}${why}${waitsFor === null ? '' : WAITS_FOR[waitsFor]}`.trim()),
  ];
}

function timeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** Nothing that a stranger wrote is markup, or turns the direction of what stands beside it. */
function escaped(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '\ufffd')
    .replace(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`);
}
