import { evidenceFor, requirementOf, rowsCiting, sourceOf } from '../../policy/requirements.js';
import { misuse, readArguments } from '../arguments.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { painter, print } from '../output/terminal.js';
import { labelled } from '../output/wrap.js';

const HELP = `\
Usage: waxseal why REQUIREMENT [--json]

Shows a requirement, like DANE-3.2-1: what it demands and where it stands, which rows
follow from it, whether it is met, and by which tests that is shown.

  --json                 print one JSON object
`;

const OPTIONS = { json: { type: 'boolean' } } as const;

export const why: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    const [id, second] = positionals;
    if (id === undefined) throw misuse('the requirement is missing; give one like DANE-3.2-1');
    if (second !== undefined)
      throw misuse(`there can be one requirement only, and ${JSON.stringify(second)} is a second`);
    await print(values.json === true ? asJson(find(id)) : asText(find(id)));
    return EXIT.ok;
  },
};

type Found = NonNullable<ReturnType<typeof requirementOf>> & ReturnType<typeof evidenceFor>;

function find(id: string): Found {
  const found = requirementOf(id);
  if (found !== null) return { ...found, ...evidenceFor(found.id) };
  throw misuse(`there is no requirement ${JSON.stringify(id)}; decisions name them in their "refs"`);
}

function asJson({ shownBy, ...requirement }: Found): string {
  const tests = shownBy.map(([path, title]) => ({ path, title }));
  return `${JSON.stringify({ requirement: { ...requirement, rows: rowsCiting(requirement.id), tests } })}\n`;
}

function asText(requirement: Found): string {
  const { id, level, text, observation, status, reason, shownBy } = requirement;
  const paint = painter();
  const rows = rowsCiting(id).map(({ table, row, verdict }) => `${row} ${verdict} (${table})`);
  return [
    `${paint('bold', id)}  ${level}  ${sourceOf(requirement)}  ${paint(status === 'met' ? 'green' : 'yellow', status)}\n`,
    labelled('required', text, paint),
    labelled('seen by', observation, paint),
    ...(reason === '' ? [] : [labelled(status === 'planned' ? 'planned for' : 'because', reason, paint)]),
    ...rows.map((row, at) => labelled(at === 0 ? 'rows' : '', row, paint)),
    ...shownBy.map(([path, title], at) => labelled(at === 0 ? 'shown by' : '', `${path}: ${title}`, paint)),
  ].join('');
}
