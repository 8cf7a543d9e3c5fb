/* The queue at a glance, as a page: no script, nothing from elsewhere, every text escaped. */
import type { LaneCounts, QueueCounts } from '../../effects/queue-stores.js';
import type { MessageView, RecipientView } from '../../services/queue/index.js';

export interface StatusFacts {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Whether it loads itself again by and by, which nobody is made to bear who did not ask for it. */
  readonly isWatched: boolean;
  readonly counts: QueueCounts;
  readonly lanes: readonly LaneCounts[];
  readonly messages: readonly MessageView[];
}

const STYLE = `
:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.4; }
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin-bottom: 2rem; }
caption { text-align: left; font-weight: bold; font-size: 1.2rem; padding: .5rem 0; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid; vertical-align: top; overflow-wrap: anywhere; }
th { overflow-wrap: normal; }
@media (max-width: 40rem) { body { margin: 1rem auto; padding: 0 .5rem; } th, td { padding: .2rem; font-size: .7rem; } }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
a { color: inherit; }
dl { display: flex; flex-wrap: wrap; gap: 1.5rem; }
dd { margin: 0; font-size: 1.6rem; }
`;

export function statusPage({ name, now, isWatched, counts, lanes, messages }: StatusFacts): string {
  const figures = [
    ['waiting', counts.waiting],
    ['attempting', counts.attempting],
    ['held', counts.held],
    ['ways that are closed', counts.lanesClosed],
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
  'Where most waits',
  ['Transport and domain', 'Waiting', 'Attempting', 'Failures in a row', 'Next, or closed until'],
  lanes.map((lane) => laneRow(lane, now)),
)}
${tableOf(
  'The oldest that wait, and why',
  ['Message', 'Recipient', 'State', 'Attempts', 'Next', 'Why'],
  messages.flatMap((message) => message.recipients.map((recipient) => recipientRow(message, recipient))),
)}
</main>
</body>
</html>
`;
}

function tableOf(caption: string, heads: readonly string[], rows: readonly string[]): string {
  const head = heads.map((each) => `<th scope="col">${each}</th>`).join('');
  const body = rows.length === 0 ? `<tr><td colspan="${heads.length}">nothing</td></tr>` : rows.join('\n');
  return `<table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
}

function laneRow(
  { lane, waiting, attempting, failures, closedUntil, dueAt }: LaneCounts,
  now: number,
): string {
  const next =
    closedUntil > now ? `closed until ${timeOf(closedUntil)}` : dueAt === null ? '' : timeOf(dueAt);
  return `<tr><td>${escaped(lane)}</td>${[waiting, attempting, failures].map((each) => `<td class="number">${each}</td>`).join('')}<td>${next}</td></tr>`;
}

function recipientRow({ id, from, held }: MessageView, recipient: RecipientView): string {
  const { recipient: address, state, attempts, nextAttemptAt, status, reply, mx, because } = recipient;
  const said = reply === null ? '' : `${mx ?? 'it'} said: ${reply.code} ${reply.text} `;
  const why = because === null ? '' : `${because.row}: ${because.why}`;
  return `<tr><td>${escaped(id)}<br>${escaped(from === '' ? '<>' : from)}</td><td>${escaped(address)}</td><td>${state}${held ? ', held' : ''}</td><td class="number">${attempts}</td><td>${nextAttemptAt ?? ''}</td><td>${escaped(`${status ?? ''} ${said}${why}`.trim())}</td></tr>`;
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
