/*
 * Received TLS reports as one page for a browser: nothing is loaded, no script runs, and a policy in the page itself forbids
 * both, because every word in it that is not ours was written by a stranger.
 */
import { htmlPage } from '../html-page.js';
import { type Markup, markup, NOTHING } from '../markup.js';
import { STYLE } from '../style.js';
import { dayChart } from './charts.js';
import { deviationSection, noteSection } from './page-notes.js';
import { domainSection, senderSections, typeSection } from './page-sections.js';
import type { ReportsView } from './view.js';
import { count, countOf, days, share } from './words.js';

/** The latest; more than a year of them is read elsewhere. */
const DAYS_SHOWN_MAX = 400;

export function renderReportsPage(view: ReportsView): string {
  const { summary } = view;
  const body = [
    heading(view),
    markup`<main>`,
    summary.days.length > 0 ? daySection(view) : NOTHING,
    typeSection(summary),
    ...senderSections(summary),
    domainSection(summary),
    noteSection(view),
    deviationSection(view),
    markup`</main>`,
    FOOTER,
  ];
  return htmlPage('TLS reports', STYLE, body);
}

function heading({ summary }: ReportsView): Markup {
  const { senders, failure, success, reports } = summary;
  const failing = senders.filter(({ failures }) => failures.length > 0).length;
  const tile = (value: string, label: string, kind: 'plain' | 'alarm' = 'plain') =>
    markup`<li class="${kind}"><b>${value}</b><span>${label}</span></li>`;
  return markup`<header>
<h1>TLS reports</h1>
<p class="soft">How others fared when they sent mail to you by TLS, ${days(summary.firstDay, summary.lastDay)} (UTC)</p>
<ul class="tiles">
${tile(share(summary), 'of sessions passed')}
${tile(count(failure), failure === 1 ? 'session failed' : 'sessions failed', failure > 0 ? 'alarm' : 'plain')}
${tile(count(success + failure), 'sessions reported')}
${tile(`${count(failing)} of ${count(senders.length)}`, 'senders report failures', failing > 0 ? 'alarm' : 'plain')}
${tile(count(reports), reports === 1 ? 'report' : 'reports')}
</ul>
</header>
`;
}

function daySection({ summary }: ReportsView): Markup {
  const rows = summary.days
    .slice(-DAYS_SHOWN_MAX)
    .map(
      (day) =>
        markup`<tr><th scope="row">${day.day}</th><td class="number">${count(day.success)}</td><td class="number">${count(day.failure)}</td><td class="number">${share(day)}</td></tr>`,
    );
  return markup`<section aria-labelledby="days">
<h2 id="days">Day by day</h2>
<div class="card">
<ul class="legend"><li><i class="passed"></i>succeeded</li><li><i class="failed"></i>failed</li></ul>
<div class="scroll"><figure>${dayChart(summary.days)}</figure></div>
<details><summary class="soft">The same in numbers (${countOf(summary.days.length, 'day')})</summary>
<div class="scroll"><table><thead><tr><th scope="col">day</th><th scope="col" class="number">succeeded</th><th scope="col" class="number">failed</th><th scope="col" class="number">passed</th></tr></thead><tbody>${rows}</tbody></table></div>
</details>
</div>
</section>
`;
}

const FOOTER = markup`<footer>
<p>Reports count a session once under each policy that applied to it, so it may stand in these sums more than once (RFC 8460, Section 4). Whether the reports were signed was not looked at here: a report that came by mail without a valid DKIM signature has to be ignored (RFC 8460, Section 3).</p>
</footer>`;
