/*
 * The `waxseal` command: which command it is, and how the process ends. Commands are loaded when they are asked for.
 */
import type { Command } from './command.js';
import { CommandError, EXIT, type Exit } from './exit.js';
import { complain, hasLostOutput, print, tolerateClosedPipes } from './output/terminal.js';
import { fitted } from './output/wrap.js';
import { version } from './version.js';

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  deliver: async () => (await import('./commands/deliver.js')).deliver,
  explain: async () => (await import('./commands/explain.js')).explain,
  simulate: async () => (await import('./commands/simulate.js')).simulate,
  internet: async () => (await import('./commands/internet.js')).internet,
  replay: async () => (await import('./commands/replay.js')).replay,
  compare: async () => (await import('./commands/compare.js')).compare,
  audit: async () => (await import('./commands/audit.js')).audit,
  resolver: async () => (await import('./commands/resolver.js')).resolver,
  tlsrpt: async () => (await import('./commands/tlsrpt/index.js')).tlsrpt,
  check: async () => (await import('./commands/check.js')).check,
  tlsa: async () => (await import('./commands/tlsa.js')).tlsa,
  sts: async () => (await import('./commands/sts/index.js')).sts,
  lmtp: async () => (await import('./commands/lmtp.js')).lmtp,
  serve: async () => (await import('./commands/serve.js')).serve,
  queue: async () => (await import('./commands/queue/index.js')).queue,
  suppress: async () => (await import('./commands/suppress.js')).suppress,
  config: async () => (await import('./commands/config/index.js')).config,
  policy: async () => (await import('./commands/policy/index.js')).policy,
  sendmail: async () => (await import('./commands/sendmail.js')).sendmail,
  signals: async () => (await import('./commands/signals.js')).signals,
  postfix: async () => (await import('./commands/postfix/index.js')).postfix,
  explore: async () => (await import('./commands/explore.js')).explore,
  tables: async () => (await import('./commands/tables.js')).tables,
  why: async () => (await import('./commands/why.js')).why,
  settings: async () => (await import('./commands/settings.js')).settings,
};

const HELP = `\
Usage: waxseal COMMAND [ARGUMENT]...

  deliver    make one attempt to deliver a message, and say why it went as it did
  explain    go the way of a message to a domain, send nothing, and say what was found
  simulate   play a scenario in memory
  internet   run the world of a scenario as real servers on loopback
  replay     decide again on what a journal recorded
  compare    say what other mail systems would have made of the same facts
  audit      sum up the journals of a week: what went how, what waits, and what would help
  resolver   see whether DANE can be had with a resolver
  tlsrpt     read the TLS reports that others sent, and send ours to them
  check      look at a domain as a receiver of mail, and say what to repair
  tlsa       print TLSA records for a certificate, a key or a mail host
  sts        show, refresh and forget kept MTA-STS policies; lint what you publish
  lmtp       serve a mail system that keeps its queue, by LMTP
  serve      take mail, keep it safely, and deliver it
  queue      see and change what waits in a queue
  suppress   addresses for which nothing is taken any more
  config     check the configuration of the daemon
  policy     list what is demanded of destinations, by whom and why
  sendmail   take a message from standard input into a queue
  signals    say what recipient domains were seen to support by mail sent before
  postfix    tell a Postfix that keeps its sockets how each next hop is to be reached
  explore    write a page on which facts can be turned and journals be stepped through
  tables     list, show or check the decision tables, or one row of them
  why        show a requirement, the rows that follow from it, and the tests that show it
  settings   list every setting with its value, its default and the reason for it

"waxseal COMMAND --help" tells more; "waxseal --version" prints the version.
`;

/** Runs the command and sets the exit code of the process. Never rejects. */
export async function main(args: readonly string[]): Promise<void> {
  tolerateClosedPipes();
  const [name = '', ...rest] = args;
  const onFault = name === 'deliver' ? EXIT.deferred : EXIT.software;
  process.on('uncaughtException', (error) => {
    reportFault(error);
    process.exit(onFault);
  });
  try {
    const exit = await dispatch(name, rest);
    // What `deliver` ends with is about the message, whoever reads of it.
    process.exitCode = exit === EXIT.ok && name !== 'deliver' && hasLostOutput() ? EXIT.cannotCreate : exit;
  } catch (error) {
    process.exitCode = error instanceof CommandError ? error.exit : onFault;
    if (error instanceof CommandError) await reportError(name, rest[0] ?? '', error);
    else reportFault(error);
  }
}

async function dispatch(name: string, args: readonly string[]): Promise<Exit> {
  if (name === '--help' || name === '-h' || name === 'help') return show(HELP);
  if (name === '--version') return show(`${version()}\n`);
  if (name === '') throw new CommandError(EXIT.misuse, 'a command is missing');
  if (!Object.hasOwn(COMMANDS, name))
    throw new CommandError(EXIT.misuse, `there is no command ${JSON.stringify(name)}`);
  const command = await COMMANDS[name]!();
  if (!asksForHelp(args)) return command.run(args);
  return show(command.helpOf?.(args[0] ?? '') ?? command.help);
}

/** Whatever else stands there: whoever asks for help gets it. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).some((arg) => arg === '--help' || arg === '-h');
}

async function show(text: string): Promise<Exit> {
  await print(fitted(text));
  return EXIT.ok;
}

async function reportError(name: string, word: string, { exit, message }: CommandError): Promise<void> {
  const loaded = Object.hasOwn(COMMANDS, name) ? await COMMANDS[name]!() : null;
  const command = loaded === null ? 'waxseal' : `waxseal ${name}`;
  complain(`${command}: ${message}`);
  const whose = typeof loaded?.helpOf?.(word) === 'string' ? `${command} ${word}` : command;
  if (exit === EXIT.misuse) complain(`try "${whose} --help"`);
}

function reportFault(error: unknown): void {
  const [line] = (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).split('\n', 1);
  complain(`waxseal: a fault of ours: ${line}`);
}
