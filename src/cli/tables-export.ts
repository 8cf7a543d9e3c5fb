import { exportTables, tablesAsCsv } from '../audit/table-set.js';
import type { Row, Table, Vocabulary } from '../policy/kernel/table.js';
import { DEFAULT_SETTINGS, type Settings } from '../policy/settings.js';
import { misuse, readArguments } from './arguments.js';
import { EXIT, type Exit } from './exit.js';
import { painter, print } from './output/terminal.js';
import { fitted } from './output/wrap.js';
import { readProfile } from './profile.js';
import { readSettingsFile } from './settings.js';

const EXPORT_OPTIONS = {
  profile: { type: 'string' },
  policy: { type: 'string' },
  csv: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

/** `waxseal tables export`. */
export async function exportAll(args: readonly string[]): Promise<Exit> {
  const { values, positionals } = readArguments(args, EXPORT_OPTIONS);
  if (positionals.length > 0)
    throw misuse(`${JSON.stringify(positionals[0])} is too much; all tables are exported`);
  if (values.csv === true && values.json === true)
    throw misuse('there is one output only: give --csv or --json');
  if (values.profile !== undefined && values.policy !== undefined)
    throw misuse('give --profile or --policy, not both');
  const all = exportTables(await settingsFrom(values));
  await print(values.csv === true ? tablesAsCsv(all) : `${JSON.stringify(all)}\n`);
  return EXIT.ok;
}

async function settingsFrom({
  profile,
  policy,
}: {
  readonly profile?: string | undefined;
  readonly policy?: string | undefined;
}): Promise<Settings> {
  if (policy !== undefined) return readSettingsFile(policy);
  return {
    ...DEFAULT_SETTINGS,
    ...(profile === undefined ? {} : readProfile('--profile', profile).settings),
  };
}

/** `waxseal tables search`. */
export async function search(args: readonly string[]): Promise<Exit> {
  const { values, positionals } = readArguments(args, { json: { type: 'boolean' } } as const);
  if (positionals.length === 0)
    throw misuse('a word is missing; give one that stands in a row, like utf8 or DANE-3.2-1');
  const words = positionals.map((word) => word.toLowerCase());
  const { tables } = exportTables(DEFAULT_SETTINGS, (row, table) => {
    const text = textOf(row, table);
    return words.every((word) => text.includes(word));
  });
  const rows = tables.flatMap(({ name, rows: found }) =>
    found.map(({ id, when, then, why, refs }) => ({ table: name, row: id, when, verdict: then, why, refs })),
  );
  const paint = painter();
  await print(
    values.json === true
      ? `${JSON.stringify({ rows })}\n`
      : fitted(
          rows
            .map(
              ({ table, row, verdict, why }) =>
                `${paint('bold', row.padEnd(9))}  ${verdict.padEnd(16)}  ${table}: ${why}\n`,
            )
            .join(''),
        ),
  );
  return rows.length === 0 ? EXIT.different : EXIT.ok;
}

function textOf({ id, when, then, why, refs }: Row<Vocabulary, string>, { name }: Table): string {
  return [id, name, JSON.stringify(when), then, why, ...refs].join(' ').toLowerCase();
}
