import { listSettings, type SettingEntry } from '../../policy/list-settings.js';
import { PROFILES, type ProfileName, settingsOf } from '../../policy/settings.js';
import { misuse, readArguments } from '../arguments.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { type Paint, painter, print } from '../output/terminal.js';
import { labelled } from '../output/wrap.js';

const HELP = `\
Usage: waxseal settings [--profile NAME] [--json]

Lists every setting: its value, what it is for, its words, its default, and the reason
for that. docs/settings.md tells how a settings file is written.

  --profile NAME         the values of a profile: ${Object.keys(PROFILES).join(', ')} (default: rfc)
  --json                 print one JSON object {"profile","settings":[...]}
`;

const OPTIONS = { profile: { type: 'string' }, json: { type: 'boolean' } } as const;

export const settings: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    if (positionals.length > 0)
      throw misuse(`${JSON.stringify(positionals[0])} is too much; there is --profile`);
    const profile = readProfile(values.profile ?? 'rfc');
    const entries = listSettings(settingsOf(profile));
    const paint = painter();
    await print(
      values.json === true
        ? `${JSON.stringify({ profile, settings: entries })}\n`
        : entries.map((entry) => render(entry, paint)).join('\n'),
    );
    return EXIT.ok;
  },
};

function readProfile(name: string): ProfileName {
  if (Object.hasOwn(PROFILES, name)) return name as ProfileName;
  throw misuse(`there is no profile ${JSON.stringify(name)}; there is: ${Object.keys(PROFILES).join(', ')}`);
}

function render(entry: SettingEntry, paint: Paint): string {
  const { key, value, about, words, takes, reason } = entry;
  const shown = JSON.stringify(value);
  const byDefault = JSON.stringify(entry.default);
  return [
    `${paint('bold', key)}  ${paint(shown === byDefault ? 'green' : 'yellow', shown)}\n`,
    labelled('what for', about, paint),
    ...(takes === null ? [] : [labelled('takes', takes, paint)]),
    ...Object.entries(words ?? {}).map(([word, meaning]) => labelled(word, meaning, paint)),
    labelled('default', byDefault, paint),
    labelled('reason', reason, paint),
  ].join('');
}
