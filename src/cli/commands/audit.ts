import { type AuditReport, readReport, reportOf, Sums } from '../../audit/report/index.js';
import { programs } from '../../machine/programs.js';
import { misuse, readArguments } from '../arguments.js';
import { readAttempts } from '../audit-sources.js';
import type { Command } from '../command.js';
import { CommandError, EXIT } from '../exit.js';
import { renderAuditCsv } from '../output/audit/csv.js';
import { renderAuditPage } from '../output/audit/page.js';
import { renderAudit } from '../output/audit/text.js';
import { complain, print } from '../output/terminal.js';
import { readText } from '../read-file.js';
import { checkWritable, writeWhole } from '../write-file.js';

const HELP = `\
Usage: waxseal audit PATH... [OPTION]...

Sums up what journals recorded: how much mail went authenticated, encrypted, in clear,
or waits or was refused, by day, domain and reason; what would help and whose move it is;
which domains could be put under a stricter rule without loss; which exceptions ended.
PATH is a journal, or several behind one another, plain or gzip; a folder of such files;
or - for standard input.

  --since REPORT.json    what has changed since that report (an earlier --json)
  --redact               leave out the local part of every address that somebody quoted;
                         always so in HTML
  --html FILE            write a page for a browser, too
  --csv                  print a line for each domain
  --json                 print one JSON object

Ends with 0 if all was read, 65 if anything was not a journal; what could be read is told
all the same. 64: wrong use of the command; 66: nothing could be read; 73: the page cannot
be written.
`;

const OPTIONS = {
  since: { type: 'string' },
  redact: { type: 'boolean' },
  html: { type: 'string' },
  csv: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

export const audit: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    if (positionals.length === 0) throw misuse('the journals are missing; give their files or folders');
    if (positionals.filter((path) => path === '-').length > 1)
      throw misuse('standard input can be read once only');
    if (values.csv === true && values.json === true)
      throw misuse('there is one output only: give --csv or --json');
    const before = values.since === undefined ? null : await readBefore(values.since);
    if (values.html !== undefined) await checkWritable(values.html, 'the page');
    const sums = new Sums(programs);
    const { files, journals, problems, strangers } = await readAttempts(positionals, (attempt) =>
      sums.add(attempt),
    );
    const report = (redact: 'yes' | 'no') => reportOf(sums, { files, journals, problems, redact, before });
    if (values.html !== undefined) await writeWhole(values.html, 'the page', renderAuditPage(report('yes')));
    const told = report(values.redact === true ? 'yes' : 'no');
    for (const { file, problem } of told.sources.problems) complain(`waxseal audit: ${file}: ${problem}`);
    await print(
      values.json === true
        ? `${JSON.stringify(told)}\n`
        : values.csv === true
          ? renderAuditCsv(told)
          : renderAudit(told),
    );
    // What could be opened and is no journal is a bad file, whether others were good or not.
    if (journals === 0 && strangers === 0) return EXIT.noInput;
    return problems.length === 0 ? EXIT.ok : EXIT.badData;
  },
};

async function readBefore(path: string): Promise<AuditReport> {
  const text = await readText(path, {
    what: 'the report of before',
    octetsMax: 67_108_864,
    unreadable: EXIT.noInput,
    tooLarge: EXIT.badData,
    malformed: EXIT.badData,
  });
  const report = readReport(parsed(text));
  if (report === null)
    throw new CommandError(EXIT.badData, `${path} is no report that "waxseal audit --json" printed`);
  return report;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
