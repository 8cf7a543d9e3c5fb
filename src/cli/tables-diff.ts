import { access } from 'node:fs/promises';
import { ourTables, readTables, type TableSet } from '../audit/table-set.js';
import { diffTables, type TablesDiff } from '../audit/tables-diff.js';
import { parseSettings } from '../effects/codecs/settings.codec.js';
import { DEFAULT_SETTINGS } from '../policy/settings.js';
import { misuse, readArguments } from './arguments.js';
import { CommandError, EXIT, type Exit } from './exit.js';
import { painter, print } from './output/terminal.js';
import { wrapped } from './output/wrap.js';
import { describeProblems } from './problems.js';
import { PROFILE_NAMES, readProfile } from './profile.js';
import { readText } from './read-file.js';

/** `waxseal tables diff`. */
export async function diff(args: readonly string[]): Promise<Exit> {
  const { values, positionals } = readArguments(args, { json: { type: 'boolean' } } as const);
  const [a, b, third] = positionals;
  if (a === undefined || b === undefined)
    throw misuse('give two: each a profile, a settings file or an exported table file');
  if (third !== undefined) throw misuse(`two are enough, and ${JSON.stringify(third)} is a third`);
  const found = diffTables(await readSide(a), await readSide(b));
  const isSame = Object.values(found).every((each) => typeof each === 'string' || each.length === 0);
  await print(
    values.json === true ? `${JSON.stringify({ ...found, same: isSame })}\n` : render(found, isSame),
  );
  return isSame ? EXIT.ok : EXIT.different;
}

async function readSide(name: string): Promise<TableSet> {
  if (PROFILE_NAMES.includes(name)) {
    const profile = readProfile('', name);
    return ourTables(name, { ...DEFAULT_SETTINGS, ...profile.settings }, profile);
  }
  const isThere = await access(name).then(
    () => true,
    () => false,
  );
  if (!isThere && !/[./]/.test(name))
    throw misuse(
      `there is no profile and no file ${JSON.stringify(name)}; profiles: ${PROFILE_NAMES.join(', ')}`,
    );
  const text = await readText(name, {
    what: 'the settings or tables',
    octetsMax: 16_777_216,
    unreadable: EXIT.noInput,
    tooLarge: EXIT.badData,
    malformed: EXIT.badData,
  });
  if (/"format"\s*:/.test(text)) {
    const read = readTables(name, parsed(text));
    if (read.kind === 'tables') return read.set;
    throw new CommandError(EXIT.badData, `${name} is no exported table file: ${read.problem}`);
  }
  const decoded = parseSettings(text);
  if (decoded.ok) return ourTables(name, decoded.value);
  throw new CommandError(
    EXIT.badData,
    describeProblems(`${name} is neither an exported table file nor valid settings`, decoded.problems),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function render(
  { a, b, changes, onlyInA, onlyInB, otherColumns, settings, ends }: TablesDiff,
  isSame: boolean,
): string {
  if (isSame) return `${a} and ${b} decide alike\n`;
  const paint = painter();
  const part = (title: string, sentences: readonly string[]) =>
    sentences.length === 0
      ? ''
      : `${paint('bold', title)}\n${sentences.map((sentence) => wrapped(sentence, '  ', '    ')).join('')}`;
  const inputs = changes.reduce((sum, each) => sum + each.inputs, 0);
  return [
    part(
      `from ${a} to ${b}: ${inputs} inputs are decided otherwise`,
      changes.map(({ says }) => says),
    ),
    part(
      'what else becomes of a message that a row stopped',
      ends.map(
        (end) =>
          `${end.of === 'a' ? a : b}: stopped by ${end.because.join(' or ')}${whereText(end.when)}, it is ${[end.outcome, end.status].filter(Boolean).join(' ')}. ${end.why}`,
      ),
    ),
    part(
      'settings',
      settings.map((each) => `${each.key}: ${JSON.stringify(each.a)} becomes ${JSON.stringify(each.b)}`),
    ),
    part(`tables of ${a} alone`, onlyInA),
    part(`tables of ${b} alone`, onlyInB),
    part('tables with other columns, which cannot be compared', otherColumns),
  ].join('');
}

function whereText(when: TablesDiff['ends'][number]['when']): string {
  const words = Object.entries(when).map(([column, each]) => `${column} is ${[each].flat().join(' or ')}`);
  return words.length === 0 ? '' : ` where ${words.join(' and ')}`;
}
