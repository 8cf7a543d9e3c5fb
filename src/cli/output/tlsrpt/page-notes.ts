/* The parts of the page about the reports themselves: what was not read or counted, and what is not in the format. */
import { DEVIATIONS } from '../../../policy/tls-report/read/deviations.js';
import type { ReceivedReport } from '../../../policy/tls-report/read/received-report.js';
import { type Markup, markup, NOTHING } from '../markup.js';
import type { ReportsView } from './view.js';
import { count, countOf, domainName, reportName, senderName } from './words.js';

const NOTES_SHOWN_MAX = 100;
const REPORTS_SHOWN_MAX = 100;

export function noteSection({ summary, problems }: ReportsView): Markup {
  const notes = [
    ...problems.map(({ file, says }) => markup`<li><code>${file}</code>: ${says}</li>`),
    ...(summary.mayCountTwice === 0
      ? []
      : [
          markup`<li>${countOf(summary.mayCountTwice, 'report')} with several kinds of policy, each of which counts its sessions: they may be in the sums twice (RFC 8460, Section 4)</li>`,
        ]),
    ...summary.corrections.map(
      ({ submitter, reportId }) =>
        markup`<li>${senderName(submitter)} sent <code>${reportName(reportId)}</code> again, and the two differ: both count, and one may correct the other</li>`,
    ),
    ...summary.duplicates.map(
      ({ submitter, reportId }) =>
        markup`<li>${senderName(submitter)} sent <code>${reportName(reportId)}</code> again; it counts once</li>`,
    ),
    ...summary.overlaps.map(
      ({ submitter, policyDomain, reportIds }) =>
        markup`<li>${senderName(submitter)}: <code>${reportName(reportIds[0])}</code> and <code>${reportName(reportIds[1])}</code> about ${domainName(policyDomain)} overlap in time; sessions may be counted twice</li>`,
    ),
  ];
  if (notes.length === 0) return NOTHING;
  return markup`<section aria-labelledby="notes">
<h2 id="notes">Not read, not counted, or counted twice</h2>
<div class="card"><ul class="plain">${notes.slice(0, NOTES_SHOWN_MAX)}</ul>${rest(notes.length, NOTES_SHOWN_MAX)}</div>
</section>
`;
}

/** Closed at first: it is for whoever wants to tell a sender. */
export function deviationSection({ reports }: ReportsView): Markup {
  const deviating = reports.filter(({ report }) => report.deviations.length > 0);
  if (deviating.length === 0) return NOTHING;
  return markup`<section aria-labelledby="deviations">
<h2 id="deviations">Not quite in the format</h2>
<div class="card"><details><summary>${countOf(deviating.length, 'report')} ${deviating.length === 1 ? 'departs' : 'depart'} from the format; read all the same</summary>
${deviating.slice(0, REPORTS_SHOWN_MAX).map(({ file, report }) => deviationTable(file, report))}${rest(deviating.length, REPORTS_SHOWN_MAX)}
</details></div>
</section>
`;
}

function deviationTable(file: string, { submitter, reportId, deviations }: ReceivedReport): Markup {
  const rows = deviations.map(({ kind, where, found }) => {
    const { says, clause } = DEVIATIONS[kind];
    const quoted = found === '' ? NOTHING : markup` <span class="soft">${found}</span>`;
    return markup`<tr><th scope="row"><code>${where === '' ? 'the report' : where}</code></th><td>${says}${quoted}</td><td class="clause">${clause}</td></tr>
`;
  });
  return markup`<div class="scroll"><table><caption><b>${senderName(submitter)}</b> <code>${reportName(reportId)}</code> <span class="soft">${file}</span></caption><tbody>
${rows}</tbody></table></div>
`;
}

function rest(all: number, shown: number): Markup {
  return all > shown ? markup`<p class="soft">and ${count(all - shown)} more; --json has all</p>` : NOTHING;
}
