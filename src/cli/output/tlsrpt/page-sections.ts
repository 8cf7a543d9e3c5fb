/* The parts of the page that say what fails and for whom. */
import { ADVICE } from '../../../policy/tls-report/read/advice.js';
import type {
  FailureSummary,
  ReportSummary,
  ResultTypeSummary,
  SenderSummary,
} from '../../../policy/tls-report/read/summary.js';
import { type Markup, markup, NOTHING } from '../markup.js';
import { shareBar, splitBar } from './charts.js';
import { count, countOf, days, domainName, list, senderName, share, typeName } from './words.js';

const FAILURES_SHOWN_MAX = 200;
const SENDERS_SHOWN_MAX = 200;

/** Failures by type, each with what it means and what to do. */
export function typeSection({ resultTypes, reports }: ReportSummary): Markup {
  if (reports === 0) return markup`<section class="card"><p>There is no report to show.</p></section>`;
  if (resultTypes.length === 0) {
    return markup`<section aria-labelledby="types"><h2 id="types">What fails</h2><p class="card">Nothing: no report tells of a failure.</p></section>
`;
  }
  const most = Math.max(...resultTypes.map(({ sessions }) => sessions));
  return markup`<section aria-labelledby="types">
<h2 id="types">What fails, and what to do</h2>
${resultTypes.map((type) => typeCard(type, most))}</section>
`;
}

function typeCard(
  { resultType, sessions, senders, firstDay, lastDay }: ResultTypeSummary,
  most: number,
): Markup {
  const { meaning, remedy, clause } = ADVICE[resultType];
  return markup`<article class="card">
<div class="head"><h3><code class="kind">${resultType}</code></h3><span class="number">${countOf(sessions, 'session')}</span></div>
${shareBar(sessions, most, `${resultType}: ${countOf(sessions, 'session')}`)}
<p>${meaning} <span class="soft">Seen by ${list(senders.map(senderName))}, ${days(firstDay, lastDay)}.</span></p>
<p class="remedy"><b>${remedy}</b> <span class="clause">${clause}</span></p>
</article>
`;
}

/** A table for each sender that reports failures, and one for all that do not. */
export function senderSections({ senders }: ReportSummary): readonly Markup[] {
  const failing = senders.filter(({ failures }) => failures.length > 0);
  const content = senders.filter(({ failures }) => failures.length === 0);
  return [
    failing.length === 0
      ? NOTHING
      : markup`<section aria-labelledby="senders">
<h2 id="senders">Senders that fail</h2>
${failing.slice(0, SENDERS_SHOWN_MAX).map(senderCard)}${more(failing.length, SENDERS_SHOWN_MAX, 'senders')}</section>
`,
    content.length === 0 ? NOTHING : contentSection(content),
  ];
}

function senderCard(sender: SenderSummary): Markup {
  const { submitter, organizations, failures, failure, success, reports } = sender;
  const names =
    organizations.length === 0 ? NOTHING : markup` <span class="soft">${list(organizations)}</span>`;
  const rows = failures.slice(0, FAILURES_SHOWN_MAX).map(failureRow);
  return markup`<article class="card">
<div class="head"><h3>${senderName(submitter)}${names}</h3><span class="number">${count(failure)} of ${countOf(success + failure, 'session')} failed</span></div>
${splitBar(sender)}
<div class="scroll"><table>
<caption class="soft">${share(sender)} passed, by ${countOf(reports, 'report')}</caption>
<thead><tr><th scope="col">failure</th><th scope="col" class="number">sessions</th><th scope="col">at</th><th scope="col">reason given</th><th scope="col">domain</th><th scope="col">when</th></tr></thead>
<tbody>
${rows}</tbody></table></div>
${more(failures.length, FAILURES_SHOWN_MAX, 'kinds of failure')}</article>
`;
}

function failureRow(failure: FailureSummary): Markup {
  const { receivingMxHostname, receivingIp, failureReasonCode, policyDomain, policyTypes } = failure;
  const host = receivingMxHostname === '' ? NOTHING : markup`<code>${receivingMxHostname}</code>`;
  const ip = receivingIp === '' ? NOTHING : markup` <code class="soft">${receivingIp}</code>`;
  const reason = failureReasonCode === '' ? NOTHING : markup`<code>${failureReasonCode}</code>`;
  return markup`<tr><th scope="row"><code class="kind">${typeName(failure)}</code></th><td class="number">${count(failure.sessions)}</td><td>${host}${ip}</td><td>${reason}</td><td>${domainName(policyDomain)} <span class="soft">${policyTypes.join(', ')}</span></td><td class="when">${days(failure.firstDay, failure.lastDay)}</td></tr>
`;
}

function contentSection(senders: readonly SenderSummary[]): Markup {
  const rows = senders.slice(0, SENDERS_SHOWN_MAX).map(
    ({ submitter, organizations, success, reports }) =>
      markup`<tr><th scope="row">${senderName(submitter)} <span class="soft">${list(organizations)}</span></th><td class="number">${count(success)}</td><td class="number">${count(reports)}</td></tr>
`,
  );
  return markup`<section aria-labelledby="content">
<h2 id="content">Senders without failures</h2>
<div class="card"><div class="scroll"><table>
<thead><tr><th scope="col">sender</th><th scope="col" class="number">sessions</th><th scope="col" class="number">reports</th></tr></thead>
<tbody>
${rows}</tbody></table></div>${more(senders.length, SENDERS_SHOWN_MAX, 'senders')}</div>
</section>
`;
}

/** By domain and kind of policy. */
export function domainSection({ policies }: ReportSummary): Markup {
  if (policies.length === 0) return NOTHING;
  const rows = policies.slice(0, SENDERS_SHOWN_MAX).map(
    (policy) =>
      markup`<tr><th scope="row">${domainName(policy.policyDomain)}</th><td>${policy.policyType}</td><td class="number">${count(policy.success)}</td><td class="number">${count(policy.failure)}</td><td class="number">${share(policy)}</td><td class="number">${count(policy.senders.length)}</td></tr>
`,
  );
  return markup`<section aria-labelledby="domains">
<h2 id="domains">Domains and policies</h2>
<div class="card"><div class="scroll"><table>
<thead><tr><th scope="col">domain</th><th scope="col">policy</th><th scope="col" class="number">succeeded</th><th scope="col" class="number">failed</th><th scope="col" class="number">passed</th><th scope="col" class="number">senders</th></tr></thead>
<tbody>
${rows}</tbody></table></div>${more(policies.length, SENDERS_SHOWN_MAX, 'policies')}</div>
</section>
`;
}

function more(all: number, shown: number, what: string): Markup {
  return all > shown
    ? markup`<p class="soft">and ${count(all - shown)} more ${what}; --json has all</p>`
    : NOTHING;
}
