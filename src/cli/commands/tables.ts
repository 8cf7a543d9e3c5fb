import { renderTable } from '../../policy/kernel/markdown.js';
import type { Table } from '../../policy/kernel/table.js';
import { renderDecisionTables } from '../../policy/render-tables.js';
import { evidenceFor, requirementOf, sourceOf } from '../../policy/requirements.js';
import { allTables } from '../../policy/tables.js';
import { misuse, readArguments } from '../arguments.js';
import type { Command } from '../command.js';
import { EXIT, type Exit } from '../exit.js';
import { painter, print } from '../output/terminal.js';
import { fitted, labelled, wrapped } from '../output/wrap.js';
import { packageFile } from '../package-file.js';
import { readText } from '../read-file.js';

const HELP = `\
Usage: waxseal tables [NAME | ROW] [--json]
       waxseal tables search WORD... [--json]
       waxseal tables export [--profile NAME | --policy FILE] [--csv | --json]
       waxseal tables diff A B [--json]
       waxseal tables --check [FILE] [--json]

Lists the decision tables, or shows one of them in Markdown, or one row, like PEER-6,
with the text of each requirement that it follows from.

  search WORD...         the rows in which all of these words stand: in the id, the table,
                         a condition, the verdict, the reason or a requirement
  export                 every row, as JSON or CSV; of a profile or settings, so that the
                         columns that hold a setting are fixed by it
  diff A B               the inputs that are decided otherwise, grouped into sentences; A
                         and B: a profile, a settings file, or what "export" wrote. Ends
                         with 1 if there are any

  --check                see whether FILE, by default docs/decision-tables.md of a source
                         checkout, is what the tables say; end with 1 if it is not
  --json                 print one JSON object
`;

const OPTIONS = { check: { type: 'boolean' }, json: { type: 'boolean' } } as const;
const DOCUMENT = packageFile('docs/decision-tables.md');

export const tables: Command = {
  help: HELP,
  async run(args) {
    const [work, ...rest] = args;
    if (work === 'diff') return (await import('../tables-diff.js')).diff(rest);
    if (work === 'export') return (await import('../tables-export.js')).exportAll(rest);
    if (work === 'search') return (await import('../tables-export.js')).search(rest);
    const { values, positionals } = readArguments(args, OPTIONS);
    const [word, second] = positionals;
    if (second !== undefined) throw misuse(`one name is enough, and ${JSON.stringify(second)} is a second`);
    const format = values.json === true ? 'json' : 'text';
    if (values.check === true) return check(word ?? DOCUMENT, format);
    await print(word === undefined ? list(format) : show(word, format));
    return EXIT.ok;
  },
};

async function check(path: string, format: 'json' | 'text'): Promise<Exit> {
  const there = await readText(path, {
    what: 'the decision tables',
    octetsMax: 16_777_216,
    unreadable: EXIT.noInput,
    tooLarge: EXIT.noInput,
    malformed: EXIT.badData,
  });
  const isCurrent = there === renderDecisionTables();
  const sentence = isCurrent ? `${path} is current` : `${path} is not what the tables say; run "npm run gen"`;
  await print(
    format === 'json' ? `${JSON.stringify({ file: path, current: isCurrent })}\n` : `${sentence}\n`,
  );
  return isCurrent ? EXIT.ok : EXIT.different;
}

function show(name: string, format: 'json' | 'text'): string {
  const table = allTables.find((each) => each.name === name);
  if (table === undefined) return showRow(name, format);
  const { about, inputs, verdicts, rows } = table;
  return format === 'json'
    ? `${JSON.stringify({ table: { name, about, inputs, verdicts, rows } })}\n`
    : renderTable(table);
}

function showRow(name: string, format: 'json' | 'text'): string {
  const table = allTables.find(({ rows }) => rows.some(({ id }) => id === name.toUpperCase()));
  const row = table?.rows.find(({ id }) => id === name.toUpperCase());
  if (table === undefined || row === undefined)
    throw misuse(
      `there is no table and no row ${JSON.stringify(name)}; "waxseal tables" lists the tables, and "waxseal tables search WORD" finds rows`,
    );
  const requirements = row.refs.flatMap((id) => requirementOf(id) ?? []);
  if (format === 'json') {
    const { id, when, then: verdict, why } = row;
    return `${JSON.stringify({ row: { table: table.name, row: id, when, verdict, why, refs: row.refs, requirements: requirements.map(asCited) } })}\n`;
  }
  const paint = painter();
  const conditions = Object.entries(row.when).map(
    ([column, word]) => `${column} is ${Array.isArray(word) ? word.join(' or ') : word}`,
  );
  return [
    `${paint('bold', row.id)}  ${row.then}  ${paint('dim', `in the table ${table.name}`)}\n`,
    labelled('when', conditions.length === 0 ? 'always' : conditions.join(', '), paint),
    labelled('why', row.why, paint),
    labelled('table', table.about, paint),
    ...requirements.map(
      (each) =>
        `\n  ${paint('bold', each.id)}  ${each.level}  ${sourceOf(each)}  ${paint('dim', evidenceFor(each.id).status)}\n${wrapped(each.text, '    ', '    ')}`,
    ),
  ].join('');
}

function asCited({ id, rfc, section, level, text }: NonNullable<ReturnType<typeof requirementOf>>) {
  return { id, rfc, section, level, text, status: evidenceFor(id).status };
}

function list(format: 'json' | 'text'): string {
  const summaries = allTables.map(summaryOf);
  if (format === 'json') return `${JSON.stringify({ tables: summaries })}\n`;
  const paint = painter();
  const width = Math.max(...summaries.map(({ name }) => name.length));
  const lines = summaries.map(
    ({ name, inputs, rows, about }) =>
      `${paint('bold', name.padEnd(width))}  ${`${inputs}`.padStart(6)}  ${`${rows}`.padStart(4)}  ${about}\n`,
  );
  return fitted(`${paint('dim', `${'table'.padEnd(width)}  inputs  rows`)}\n${lines.join('')}`);
}

/** `inputs`: combinations, each of which has exactly one row. */
function summaryOf({ name, cells, rows, about }: Table) {
  return { name, inputs: cells.length, rows: rows.length, about: about.split(/(?<=\.)\s/, 1)[0]! };
}
