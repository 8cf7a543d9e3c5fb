import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { parseScenario, SCENARIO_LENGTH_MAX } from '../../adapters/scripted/scenario.codec.js';
import { JOURNAL_LENGTH_MAX, parseJournal } from '../../effects/codecs/journal.codec.js';
import { pageWith } from '../../explorer/page-file.js';
import { misuse, readArguments } from '../arguments.js';
import type { Command } from '../command.js';
import { CommandError, EXIT } from '../exit.js';
import { print } from '../output/terminal.js';
import { packageFile } from '../package-file.js';
import { describeProblems } from '../problems.js';
import { readText } from '../read-file.js';
import { writeWhole } from '../write-file.js';

const HELP = `\
Usage: waxseal explore [JOURNAL | SCENARIO.json] [--out FILE.html]

Writes one page to look at in a browser, and prints where it is: choose facts in words
and see what becomes of a message, every decision in its table, and what would have to
be different; or step through a journal or a scenario, question by question. The page
needs no server, and nothing leaves it.

  --out FILE.html        where to write it; default: waxseal-explorer.html here
  --json                 print one JSON object {"page"}, which says where it is

64: wrong use of the command; 65: what is given is neither a journal nor a scenario;
66: it cannot be read; 73: the page cannot be written.
`;

const OPTIONS = { out: { type: 'string' }, json: { type: 'boolean' } } as const;
const PAGE = packageFile('dist/explorer/explorer.html');

export const explore: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    const [path, second] = positionals;
    if (second !== undefined)
      throw misuse(`one journal or scenario is enough, and ${JSON.stringify(second)} is a second`);
    const given = path === undefined ? null : { name: basename(path), text: await readGiven(path) };
    const out = resolve(values.out ?? 'waxseal-explorer.html');
    await writeWhole(out, 'the page', pageWith(await readFile(PAGE, 'utf8'), given));
    await print(values.json === true ? `${JSON.stringify({ page: out })}\n` : `${out}\n`);
    return EXIT.ok;
  },
};

async function readGiven(path: string): Promise<string> {
  const text = await readText(path, {
    what: 'the journal or scenario',
    octetsMax: Math.max(JOURNAL_LENGTH_MAX, SCENARIO_LENGTH_MAX),
    unreadable: EXIT.noInput,
    tooLarge: EXIT.badData,
    malformed: EXIT.badData,
  });
  const journal = parseJournal(text);
  if (journal.ok) return text;
  const scenario = parseScenario(text);
  if (scenario.ok) return text;
  const isMeantAsJournal = /"format"\s*:/.test(text);
  const { problems } = isMeantAsJournal ? journal : scenario;
  const what = isMeantAsJournal ? 'no valid journal' : 'neither a journal nor a valid scenario';
  throw new CommandError(EXIT.badData, describeProblems(`${path} is ${what}`, problems));
}
