import type { DaemonConfig } from '../../../daemon/config/config.js';
import { type ConfigProblem, readConfig } from '../../../daemon/config/read-config.js';
import { misuse, readArguments } from '../../arguments.js';
import type { Command } from '../../command.js';
import { describeConfigProblems, textOf } from '../../config-file.js';
import { type CommandError, EXIT } from '../../exit.js';
import { complain, print } from '../../output/terminal.js';
import { readFileOf, readOwnCertificate } from '../../secret-file.js';

const HELP = `\
Usage: waxseal config check FILE [--json]

Reads a configuration and the files that it names, and says what is wrong, each with its
line and column. Its JSON Schema is schemas/config.schema.json in the package.

  --json                 print one JSON object {"file","ok","problems":[...]}

Ends with 0 if it can be used, 78 if it cannot. 66: it cannot be read.
`;

export const check: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean' } });
    const [path, second] = positionals;
    if (path === undefined) throw misuse('the configuration is missing; give its file');
    if (second !== undefined)
      throw misuse(`there can be one configuration only, and ${JSON.stringify(second)} is a second`);
    const problems = await problemsIn(path);
    const isGood = problems.length === 0;
    if (values.json === true) await print(`${JSON.stringify({ file: path, ok: isGood, problems })}\n`);
    else if (isGood) await print(`${path} can be used\n`);
    else complain(describeConfigProblems(path, problems).split('\n').slice(1).join('\n'));
    return isGood ? EXIT.ok : EXIT.badSettings;
  },
};

async function problemsIn(path: string): Promise<readonly ConfigProblem[]> {
  const read = readConfig(await textOf(path));
  if (read.kind === 'refused') return read.problems;
  const problems: ConfigProblem[] = [];
  for (const [place, file] of filesOf(read.config)) {
    const why = await readFileOf(file, 'what stands').then(
      () => null,
      (error: CommandError) => error.message,
    );
    if (why !== null) problems.push({ ...read.positionOf(place), path: place, says: why });
  }
  const { tlsCertFile, tlsKeyFile } = read.config.places;
  if (!problems.some(({ path }) => path.startsWith('tls.')))
    await readOwnCertificate(tlsCertFile ?? undefined, tlsKeyFile ?? undefined).catch(
      ({ message }: CommandError) =>
        problems.push({ ...read.positionOf('tls.certFile'), path: 'tls.certFile', says: message }),
    );
  return problems.sort((left, right) => left.line - right.line || left.column - right.column);
}

/** The files that a configuration names, and where it does. */
function filesOf({
  passwordFiles,
  transports,
  users,
  webhooks,
  tlsReports,
  noticeKeys,
  places,
}: DaemonConfig) {
  const files: (readonly [place: string, file: string | null])[] = [
    ...Object.entries(passwordFiles).map(
      ([name, file]) =>
        [
          `transports[${JSON.stringify(name)}].${transports[name]?.kind === 'relay' ? 'passwordFile' : 'socksPasswordFile'}`,
          file,
        ] as const,
    ),
    ...users.map(({ passwordFile }, at) => [`users[${at}].passwordFile`, passwordFile] as const),
    ...webhooks.map(({ secretFile }, at) => [`webhooks[${at}].secretFile`, secretFile] as const),
    ...(tlsReports?.dkimKeys ?? []).map(({ file }, at) => [`tlsReports.dkimKeys[${at}].file`, file] as const),
    ...noticeKeys.map(({ file }, at) => [`notices.dkimKeys[${at}].file`, file] as const),
    ['admin.tokenFile', places.adminTokenFile],
    ['tls.certFile', places.tlsCertFile],
    ['tls.keyFile', places.tlsKeyFile],
  ];
  return files.filter((each): each is readonly [string, string] => each[1] !== null);
}
