/*
 * An audit as one page for a browser: nothing is loaded, no script runs, and a policy in the page itself forbids both. Each plot
 * has its numbers in a table under it.
 */
import type { AuditReport } from '../../../audit/report/index.js';
import { OWNERS } from '../../../policy/explain/fact.js';
import { htmlPage } from '../html-page.js';
import { type Markup, markup, NOTHING } from '../markup.js';
import { STYLE } from '../style.js';
import { dayPlot, protectionBar } from './plots.js';
import { changeSentences, count, exceptionSentence, headlines, RAISED, share } from './sentences.js';

const SHOWN_MAX = 200;

const COLOURS = `
tbody th { min-width: 9rem; } td.text { min-width: 7rem; } td.long { min-width: 14rem; } th.number, td.number { min-width: 0; }
@media (max-width: 52rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, caption, tbody, tr, tbody th, td { display: block; }
  tr { border-top: 1px solid var(--line); padding: .5rem 0; }
  tbody th, td, td.number { border: 0; padding: .1rem 0; text-align: left; min-width: 0; }
  td[data-head]::before { content: attr(data-head) ": "; color: var(--soft); }
}
:root { --authenticated: #2b6a4d; --encrypted: #3d74b8; --clear: #b07a10; --deferred: #8a8f9c; --bounced: #d0480f; }
@media (prefers-color-scheme: dark) { :root { --authenticated: #5bbd92; --encrypted: #6ea3e0; --clear: #e0b050; --deferred: #7b8394; --bounced: #ff8a52; } }
${['authenticated', 'encrypted', 'clear', 'deferred', 'bounced'].map((word) => `svg .${word} { fill: var(--${word}); } .legend .${word} { background: var(--${word}); }`).join('\n')}
`;

export function renderAuditPage(report: AuditReport): string {
  const body = markup`<header>
<h1>Audit of outbound mail</h1>
${headlines(report).map((line) => markup`<p>${line}</p>`)}
${tiles(report)}
</header>
<main>
${changed(report)}${days(report)}${reasons(report)}${repairs(report)}${raised(report)}${exceptions(report)}${domains(report)}${notes(report)}
</main>
<footer><p>The unit is a recipient of an attempt: who waits for a day counts once for each attempt. Local parts of addresses are left out.</p></footer>`;
  return htmlPage('Audit of outbound mail', STYLE + COLOURS, [body]);
}

function section(id: string, title: string, ...body: readonly Markup[]): Markup {
  return markup`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
<div class="card">${body}</div>
</section>
`;
}

function table(
  caption: string,
  heads: readonly (readonly [string, 'text' | 'long' | 'number'])[],
  rows: readonly (readonly (string | Markup)[])[],
  all = rows.length,
): Markup {
  const kind = (at: number) => heads[at]![1];
  const more =
    all > rows.length
      ? markup`<p class="soft">And ${count(all - rows.length)} more, in the JSON.</p>`
      : NOTHING;
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption class="soft">${caption}</caption>
<thead><tr>${heads.map(([head], at) => markup`<th scope="col" class="${kind(at)}">${head}</th>`)}</tr></thead>
<tbody>${rows.map(([first, ...cells]) => markup`<tr><th scope="row">${first ?? ''}</th>${cells.map((cell, at) => markup`<td class="${kind(at + 1)}" data-head="${heads[at + 1]![0]}">${cell}</td>`)}</tr>`)}</tbody></table></div>${more}`;
}

function tiles({ totals }: AuditReport): Markup {
  const { recipients, delivered, authenticated, clear, deferred, bounced } = totals;
  const tile = (value: string, label: string, isAlarm = false) =>
    markup`<li class="${isAlarm ? 'alarm' : 'plain'}"><b>${value}</b><span>${label}</span></li>`;
  return markup`<ul class="tiles">
${tile(share(delivered, recipients), 'of recipients delivered')}
${tile(delivered === 0 ? '\u2013' : share(authenticated, delivered), 'of those authenticated')}
${tile(delivered === 0 ? '\u2013' : share(clear, delivered), 'of those in clear', clear > 0)}
${tile(count(deferred), 'had to wait', deferred > 0)}
${tile(count(bounced), 'refused for good', bounced > 0)}
</ul>`;
}

function changed(report: AuditReport): Markup {
  const sentences = changeSentences(report);
  return sentences.length === 0
    ? NOTHING
    : section(
        'changed',
        'What has changed',
        markup`<ul class="plain">${sentences.map((line) => markup`<li>${line}</li>`)}</ul>`,
      );
}

function days({ days: all }: AuditReport): Markup {
  if (all.length === 0) return NOTHING;
  return section(
    'days',
    'Day by day',
    markup`<ul class="legend">${['authenticated', 'encrypted', 'clear', 'deferred', 'bounced'].map((word) => markup`<li><i class="${word}"></i>${word}</li>`)}</ul><div class="scroll" tabindex="0" role="region" aria-label="Plot of the days"><figure>${dayPlot(all)}</figure></div>`,
    markup`<details><summary class="soft">The same in numbers</summary>${table(
      'Recipients for each day (UTC)',
      [
        ['day', 'text'],
        ['recipients', 'number'],
        ['authenticated', 'number'],
        ['encrypted', 'number'],
        ['in clear', 'number'],
        ['waiting', 'number'],
        ['refused', 'number'],
      ],
      all.map((day) => [
        day.day,
        ...[day.recipients, day.authenticated, day.encrypted, day.clear, day.deferred, day.bounced].map(
          count,
        ),
      ]),
    )}</details>`,
  );
}

function reasons({ reasons: all }: AuditReport): Markup {
  if (all.length === 0) return NOTHING;
  return section(
    'reasons',
    'Why mail waits or was refused',
    table(
      'One line a row; the example is the earliest',
      [
        ['row', 'text'],
        ['outcome', 'text'],
        ['recipients', 'number'],
        ['domains', 'number'],
        ['why', 'long'],
        ['example', 'long'],
        ['last seen', 'text'],
      ],
      all
        .slice(0, SHOWN_MAX)
        .map(({ row, outcome, recipients, domains: some, why, example, last }) => [
          ...[row, outcome, count(recipients), count(some), why],
          markup`${example.domain}: ${example.facts.join(' ')}`,
          `${last.slice(0, 16).replace('T', ' ')} UTC`,
        ]),
      all.length,
    ),
  );
}

function repairs({ repairs: all }: AuditReport): Markup {
  if (all.length === 0) return NOTHING;
  return section(
    'repairs',
    'What would help, and whose move it is',
    table(
      'The first of the smallest changes for each domain and row',
      [
        ['domain', 'text'],
        ['whose', 'text'],
        ['what', 'long'],
        ['recipients', 'number'],
      ],
      all
        .slice(0, SHOWN_MAX)
        .map(({ domain, by, what, kind, recipients }) => [
          domain,
          OWNERS[by],
          `${kind === 'concession' ? 'Gives up protection: ' : ''}${what}`,
          count(recipients),
        ]),
      all.length,
    ),
  );
}

function raised({ raise }: AuditReport): Markup {
  if (raise.length === 0) return NOTHING;
  return section(
    'raise',
    'Could be stricter without loss',
    table(
      'What was delivered would have been under this rule, too',
      [
        ['domain', 'text'],
        ['rule', 'text'],
        ['delivered', 'number'],
        ['attempts played again', 'number'],
      ],
      raise
        .slice(0, SHOWN_MAX)
        .map(({ domain, to, delivered, checked }) => [domain, RAISED[to], count(delivered), count(checked)]),
      raise.length,
    ),
  );
}

function exceptions({ exceptions: all, overrides }: AuditReport): Markup {
  const used =
    overrides.tlsRequiredNo > 0
      ? [`"TLS-Required: No" set a policy aside for ${count(overrides.tlsRequiredNo)} recipients.`]
      : [];
  const lines = [...all.slice(0, SHOWN_MAX).map(exceptionSentence), ...used];
  return lines.length === 0
    ? NOTHING
    : section(
        'exceptions',
        'Exceptions',
        markup`<ul class="plain">${lines.map((line) => markup`<li>${line}</li>`)}</ul>`,
      );
}

function domains({ domains: all }: AuditReport): Markup {
  if (all.length === 0) return NOTHING;
  return section(
    'domains',
    'Domains',
    table(
      'The most recipients first',
      [
        ['domain', 'text'],
        ['recipients', 'number'],
        ['delivered', 'number'],
        ['protection', 'text'],
        ['worst', 'text'],
        ['stopped by', 'text'],
      ],
      all.slice(0, SHOWN_MAX).map((each) => [
        each.domain,
        count(each.recipients),
        share(each.delivered, each.recipients),
        protectionBar(each),
        each.worst ?? 'nothing delivered',
        each.rows
          .slice(0, 3)
          .map(({ row, recipients }) => `${row} (${count(recipients)})`)
          .join(', '),
      ]),
      all.length,
    ),
  );
}

function notes({ sources, leftOut }: AuditReport): Markup {
  const { files, journals, attempts, unfinished, problems } = sources;
  const left = Object.entries(leftOut).filter(([, value]) => value > 0);
  return section(
    'sources',
    'What was read',
    markup`<p>${count(files)} files, ${count(journals)} journals, ${count(attempts)} attempts${unfinished > 0 ? `, of which ${count(unfinished)} were never finished` : ''}.</p>`,
    problems.length === 0
      ? NOTHING
      : markup`<ul class="plain">${problems.slice(0, SHOWN_MAX).map(({ file, problem }) => markup`<li><code>${file}</code>: ${problem}</li>`)}</ul>`,
    left.length === 0
      ? NOTHING
      : markup`<p>Beyond what is counted one by one: ${left.map(([what, value]) => `${what} ${count(value)}`).join(', ')}.</p>`,
  );
}
