import { access, constants } from 'node:fs/promises';
import type { DaemonConfig } from '../daemon/config/config.js';
import { type ConfigProblem, DEFAULT_CONFIG, readConfig } from '../daemon/config/read-config.js';
import { CommandError, EXIT } from './exit.js';
import { readText } from './read-file.js';

/** Where the configuration is, if nobody says so and there is one. */
const CONFIG_PATH = '/etc/waxseal/waxseal.yaml';

export interface FiledConfig {
  readonly config: DaemonConfig;
  /** Null: there is none, and everything is as by default. */
  readonly path: string | null;
}

/** The configuration in that file, or where it usually is, or the default. Throws a CommandError with a line for each problem. */
export async function readConfigFile(path: string | undefined): Promise<FiledConfig> {
  if (path === undefined && !(await isThere(CONFIG_PATH))) return { config: DEFAULT_CONFIG, path: null };
  const from = path ?? CONFIG_PATH;
  const read = readConfig(await textOf(from));
  if (read.kind === 'read') return { config: read.config, path: from };
  throw new CommandError(EXIT.badSettings, describeConfigProblems(from, read.problems));
}

/** Throws a CommandError. */
export function textOf(path: string): Promise<string> {
  return readText(path, {
    what: 'the configuration',
    octetsMax: 4_194_304,
    unreadable: EXIT.noInput,
    tooLarge: EXIT.badSettings,
    malformed: EXIT.badSettings,
  });
}

/** As compilers write it, so that editors find the place. */
export function describeConfigProblems(path: string, problems: readonly ConfigProblem[]): string {
  const lines = problems.map(
    (problem) =>
      `\n${path}:${problem.line}:${problem.column}: ${problem.path === '' ? '' : `${problem.path}: `}${problem.says}`,
  );
  return `the configuration in ${path} is not valid:${lines.join('')}`;
}

async function isThere(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}
