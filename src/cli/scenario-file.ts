import {
  type Parsed,
  parseScenario,
  parseWorldFile,
  type WorldFile,
} from '../adapters/scripted/scenario.codec.js';
import type { Scenario } from '../adapters/scripted/scenario.js';
import { decodePartialSettings } from '../effects/codecs/settings.codec.js';
import { CommandError, EXIT } from './exit.js';
import { describeProblems } from './problems.js';
import { readText } from './read-file.js';

/** A scenario, with settings that can be had. Throws a CommandError. */
export function readScenario(path: string): Promise<Scenario> {
  return readBy(parseScenario, path);
}

/** As {@link readScenario}; the messages may be left out. */
export function readWorldFile(path: string): Promise<WorldFile> {
  return readBy(parseWorldFile, path);
}

async function readBy<S extends WorldFile>(parse: (text: string) => Parsed<S>, path: string): Promise<S> {
  const text = await readText(path, {
    what: 'the scenario',
    octetsMax: 1_048_576,
    unreadable: EXIT.noInput,
    tooLarge: EXIT.noInput,
    malformed: EXIT.badData,
  });
  const parsed = parse(text);
  const title = `${path} is not a valid scenario`;
  if (!parsed.ok) throw new CommandError(EXIT.badData, describeProblems(title, parsed.problems));
  const settings = decodePartialSettings(parsed.scenario.settings ?? {});
  if (settings.ok) return parsed.scenario;
  const problems = settings.problems.map((problem) => ({
    ...problem,
    path: problem.path === '' ? 'settings' : `settings.${problem.path}`,
  }));
  throw new CommandError(EXIT.badData, describeProblems(title, problems));
}
