import { summariseInSteps } from '../../../policy/tls-report/read/summarise.js';
import { inPieces } from '../../../services/tls-report/read/in-pieces.js';
import { misuse, readArguments } from '../../arguments.js';
import type { Command } from '../../command.js';
import { EXIT } from '../../exit.js';
import { complain, painter, print } from '../../output/terminal.js';
import { renderReportsPage } from '../../output/tlsrpt/page.js';
import { renderReportsText } from '../../output/tlsrpt/text.js';
import type { ReportsView } from '../../output/tlsrpt/view.js';
import { fitted } from '../../output/wrap.js';
import { writeWhole } from '../../write-file.js';
import { readSources } from './sources.js';

const HELP = `\
Usage: waxseal tlsrpt read FILE... [--json] [--html FILE]

Reads TLS reports (RFC 8460) that others sent about your domains, and says who fails
to reach you by TLS, how, since when, and what to do. FILE is a report in JSON, plain
or gzip, or several behind one another; a mail message or a mailbox with reports in it;
a folder of such files, or a Maildir; or - for standard input. Signatures are not
verified; that is the mail server's to do.

  --html FILE            write all of it to one page for a browser, too
  --json                 print one JSON object {"summary","reports","problems"}

Ends with 0 if all was read, 66 if anything was not, in a file or behind a report; what
could be read is shown all the same. 64: wrong use of the command; 73: the page cannot be
written.
`;

const OPTIONS = { html: { type: 'string' }, json: { type: 'boolean' } } as const;

export const read: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    if (positionals.length === 0) throw misuse('the reports are missing; give their files');
    if (positionals.filter((path) => path === '-').length > 1)
      throw misuse('standard input can be read once only');
    const { reports, problems } = await readSources(positionals);
    const summary = await inPieces(summariseInSteps(reports.map(({ report }) => report)));
    const view = { summary, reports, problems };
    if (values.html !== undefined) await writeWhole(values.html, 'the page', renderReportsPage(view));
    for (const { file, says } of problems) complain(`waxseal tlsrpt: ${file}: ${says}`);
    if (values.json === true) await printJson(view);
    else await print(fitted(renderReportsText(view, painter())));
    return problems.length === 0 ? EXIT.ok : EXIT.noInput;
  },
};

/** One object, a piece at a time: there may be a great deal of it. */
async function printJson({ summary, reports, problems }: ReportsView): Promise<void> {
  await print(`{"summary":${JSON.stringify(summary)},"reports":[`);
  for (const [at, report] of reports.entries())
    await print(`${at === 0 ? '' : ','}${JSON.stringify(report)}`);
  await print(`],"problems":${JSON.stringify(problems)}}\n`);
}
