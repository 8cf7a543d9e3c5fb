import type { DaemonConfig } from '../../daemon/config/config.js';
import type { DaemonSettings } from '../../daemon/daemon.js';
import type { DoorKind } from '../../daemon/doors/door.js';
import { forThisHostAlone, judgeListening } from '../../daemon/listening.js';
import { jsonLogger, type Logger, prettyLogger } from '../../daemon/log.js';
import type { KnownUser } from '../../daemon/users.js';
import type { Webhook } from '../../daemon/webhooks/webhooks.js';
import { type ListenAddress, listenAddressText } from '../../hosts/listen-address.js';
import type { OwnCertificate } from '../../hosts/own-certificate.js';
import { nameDoubt } from '../../hosts/own-name.js';
import type { ListenerKind } from '../../policy/queue/listener.table.js';
import { misuse, readArguments, type ValuesOf } from '../arguments.js';
import type { Command } from '../command.js';
import { readConfigFile } from '../config-file.js';
import { readDkimKeys } from '../dkim-keys.js';
import { CommandError, EXIT } from '../exit.js';
import { openJournals } from '../kept-journals.js';
import { listenAt, readListenAddress } from '../listen-at.js';
import { readDuration } from '../numbers.js';
import { REACH_OPTIONS, readDeadline, readNode, SERVING_JSON_HELP } from '../options.js';
import { complain } from '../output/terminal.js';
import { openQueueState, type QueueState } from '../queue-state.js';
import { reasonOf } from '../read-file.js';
import { readReports } from '../report-name.js';
import { readOwnCertificate, readSecret } from '../secret-file.js';
import { hearHangUps, sayReady, untilTold } from '../serving.js';
import { readSettings } from '../settings.js';
import { version } from '../version.js';
import { openWatchers, sayHttpReady } from '../watchers.js';
import { readWays } from '../ways.js';

const HELP = `\
Usage: waxseal serve --listen ADDRESS (--state DIR | --database URL) [OPTION]...

Takes mail by SMTP submission, answers 250 only when it is safely kept, and delivers it
with full policy: attempts, waits, notices, and reports.

  --listen ADDRESS       where mail is taken by SMTP, with STARTTLS: HOST:PORT,
                         [IPV6]:PORT or unix:PATH; may be given several times; port 0
                         means any
  --tls-listen ADDRESS   the same under TLS from the first octet on (RFC 8314)
  --lmtp-listen ADDRESS  the same by LMTP, for this host alone
  --state DIR            keep everything in this folder, which one process at a time may
                         serve
  --database URL         keep everything in PostgreSQL (postgres://...), for many
                         processes
  --config FILE          retry, limits, transports, routes, users and more, in YAML;
                         default: /etc/waxseal/waxseal.yaml if it is there; what is given
                         here goes before
  --tls-cert FILE        for TLS, in PEM, with --tls-key; default: made at start
  --tls-key FILE
  --admin ADDRESS        the admin interface, at this host alone: HOST:PORT or unix:PATH
  --admin-token-file FILE
                         its token, 16 characters and up; default: WAXSEAL_ADMIN_TOKEN
  --metrics ADDRESS      numbers for Prometheus, without a token
  --journals DIR         keep a journal of each attempt there, in a file for each day,
                         for 30 days; "waxseal audit DIR" sums them up
  --spans                spans of attempts, for the tracer of OpenTelemetry in this
                         process
  --requiretls keep|off  offer REQUIRETLS under TLS, and keep it (keep)
  --grace DURATION       how long what is under way may take once SIGTERM or SIGINT came
                         (30s)
  --log pretty|json      how events are told on standard error (pretty)
  --resolver RESOLVER, --trust-ad, --validate-dnssec, --trust-anchor FILE, --port N,
  --https-port N, --ca FILE, --helo NAME, --no-cleartext-retry, --policy FILE,
  --allow-loopback       as for "waxseal deliver"
  --deadline DURATION    when an attempt as a whole ends: who has no outcome by then
                         waits (1h)
${SERVING_JSON_HELP}
Where the configuration has users, everybody logs in, which takes TLS; where it has none,
only this host may hand mail in. Prints "ready KIND ADDRESS" for each listener. SIGHUP
reads the configuration, the settings and the certificate again, and the log says what
takes a restart. Ends with 0 when told to by SIGTERM or SIGINT. 64: wrong use of the
command; 66: an input cannot be read; 78: bad settings, a folder that another process
serves, or an address that cannot be listened at.
`;

const OPTIONS = {
  ...REACH_OPTIONS,
  listen: { type: 'string', multiple: true },
  'tls-listen': { type: 'string', multiple: true },
  'lmtp-listen': { type: 'string', multiple: true },
  admin: { type: 'string' },
  'admin-token-file': { type: 'string' },
  metrics: { type: 'string' },
  journals: { type: 'string' },
  spans: { type: 'boolean' },
  config: { type: 'string' },
  requiretls: { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  grace: { type: 'string' },
  log: { type: 'string' },
} as const;

type Values = ValuesOf<typeof OPTIONS>;

const GRACE_MS = 30_000;

export const serve: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    if (positionals.length > 0) throw misuse(`there is nothing to do with ${JSON.stringify(positionals[0])}`);
    const log = readLog(values.log);
    const graceMs = readDuration('--grace', values.grace) ?? GRACE_MS;
    const requireTls = readRequireTls(values.requiretls);
    const deadlineMs = readDeadline(values.deadline);
    const hangUps = hearHangUps();
    const first = await readAll(values, null);
    const doors = doorsOf(values, first.config);
    if (doors.length === 0) throw misuse('--listen is missing; give HOST:PORT, [IPV6]:PORT or unix:PATH');
    const stopTracing = values.spans === true ? await traceSpans() : () => undefined;
    const { config } = first;
    const state = await openQueueState({
      state: values.state ?? (values.database === undefined ? (config.places.state ?? undefined) : undefined),
      database:
        values.database ?? (values.state === undefined ? (config.places.database ?? undefined) : undefined),
    });
    const release = await takeState(state);
    const told = untilTold();
    const { createDaemon } = await import('../../daemon/daemon.js');
    const journals = await openJournals(values.journals ?? config.places.journals ?? undefined, (message) =>
      log('error', 'fault', message),
    );
    const daemon = createDaemon({
      ...first,
      ...{
        stores: state,
        bodies: state.bodies,
        ...(state.doorbell !== undefined && { doorbell: state.doorbell }),
        directory: state.directory,
        requireTls,
        clock: Date.now,
        log,
        version: version(),
        ...(journals !== null && { keepJournal: journals.keep }),
      },
      node: await readNode(values),
      ...(deadlineMs !== undefined && { deadlineMs }),
    });
    const onFault = (message: string) => log('error', 'fault', message);
    const reload = async () => {
      try {
        const again = await readAll(values, first.certificate);
        const restartFor = daemon.reload(again);
        tellListeners(doors, again, log);
        const left = restartFor.length === 0 ? '' : `; a restart is needed for ${restartFor.join(', ')}`;
        log('info', 'config', `the configuration was read again${left}`, { restartFor });
        return restartFor;
      } catch (error) {
        log('error', 'config', `the configuration stays as it was: ${reasonOf(error)}`);
        throw error;
      }
    };
    const watchers = await openWatchers({ values, first, daemon, state, reload, onFault });
    try {
      for (const [kind, address] of doors)
        await sayReady(kind, await listenAt(address, (asked) => daemon.listen(kind, asked)));
      for (const { kind, address, door } of watchers)
        await sayHttpReady(kind, await listenAt(address, (asked) => door.listen(asked)));
    } catch (error) {
      await Promise.all(watchers.map(({ door }) => door.close()));
      await daemon.close();
      await state.close();
      release();
      throw error;
    }
    const doubt = nameDoubt(first.settings, 'give --helo NAME');
    if (doubt !== null) log('warn', 'name', doubt);
    tellListeners(doors, first, log);
    void tellUnknown(state, log);
    hangUps.begin(reload);
    const ending = new AbortController();
    const running = daemon.run(ending.signal, graceMs);
    log('info', 'stopping', `${await told}: ends when what is under way has ended`);
    hangUps.end();
    ending.abort();
    await running;
    await Promise.all([...watchers.map(({ door }) => door.close()), journals?.close()]);
    await state.close();
    release();
    stopTracing();
    log('info', 'stopped', 'ended');
    return EXIT.ok;
  },
};

/** One process at a time runs the queue of a folder, so that what the one before had claimed can be taken up again at once. */
async function takeState(state: QueueState): Promise<() => void> {
  if (state.directory === undefined) return () => undefined;
  const { takeStateFolder } = await import('../../adapters/sqlite/index.js');
  const release = await takeStateFolder(state.directory);
  if (release === 'taken') {
    await state.close();
    throw new CommandError(EXIT.badSettings, `${state.place} is served by another process already`);
  }
  try {
    // Nobody else is alive there.
    await state.queue.recover(await state.queue.beats());
    return release;
  } catch (error) {
    await state.close();
    release();
    throw new CommandError(
      EXIT.badSettings,
      `the queue in ${state.place} cannot be used: ${reasonOf(error)}`,
    );
  }
}

/** What nobody knows is swept up: whoever put an older database back is to hear of it before. Never rejects. */
async function tellUnknown({ directory, queue, bodies, place }: QueueState, log: Logger): Promise<void> {
  if (directory === undefined) return;
  try {
    const { unknownMessages } = await import('../../daemon/unknown-messages.js');
    const { count, example } = await unknownMessages(queue, bodies);
    if (count === 0) return;
    const says = `of ${count === 1 ? 'one message' : `${count} messages`} in ${place}, such as ${example}, nothing is known but the octets: a crash leaves what was not accepted yet, and that is nothing to care for; but where the database was put back from a copy, they were accepted since then. Their octets go in an hour: copy ${place}/bodies before, if that is so`;
    log('warn', 'unknown', says, { count, example });
  } catch (error) {
    log(
      'warn',
      'unknown',
      `it cannot be told whether all messages in ${place} are known: ${reasonOf(error)}`,
    );
  }
}

function doorsOf(values: Values, { places }: DaemonConfig): readonly (readonly [DoorKind, ListenAddress])[] {
  const given = [values.listen, values['tls-listen'], values['lmtp-listen']].some(
    (each) => each !== undefined,
  );
  const kinds: readonly (readonly [DoorKind, string, readonly string[]])[] = [
    ['smtp', '--listen', values.listen ?? (given ? [] : places.listen)],
    ['smtps', '--tls-listen', values['tls-listen'] ?? (given ? [] : places.tlsListen)],
    ['lmtp', '--lmtp-listen', values['lmtp-listen'] ?? (given ? [] : places.lmtpListen)],
  ];
  return kinds.flatMap(([kind, option, texts]) =>
    texts.map((text) => {
      const address = readListenAddress(option, text);
      const judged = judgeListening(LISTENERS[kind], address, 0);
      if (judged.verdict === 'refuse')
        throw new CommandError(EXIT.badSettings, `${option} ${text}: ${forThisHostAlone(judged)}`);
      return [kind, address] as const;
    }),
  );
}

const LISTENERS = { smtp: 'submission', smtps: 'submission', lmtp: 'lmtp' } as const satisfies Readonly<
  Record<DoorKind, ListenerKind>
>;

/** What the operator is to know of where he listens. */
function tellListeners(
  doors: ReturnType<typeof doorsOf>,
  { users }: Pick<DaemonSettings, 'users'>,
  log: Logger,
): void {
  for (const [kind, address] of doors) {
    const { verdict, why, row } = judgeListening(LISTENERS[kind], address, users.length);
    if (verdict === 'warn')
      log('warn', 'listener', `${kind} ${listenAddressText(address)}: ${why} (${row})`, { row });
  }
}

function readLog(format = 'pretty'): Logger {
  if (format !== 'pretty' && format !== 'json')
    throw misuse(`--log ${JSON.stringify(format)} is neither pretty nor json`);
  return format === 'json' ? jsonLogger(Date.now) : prettyLogger(Date.now);
}

function readRequireTls(word = 'keep'): 'keep' | 'off' {
  if (word !== 'keep' && word !== 'off')
    throw misuse(`--requiretls ${JSON.stringify(word)} is neither keep nor off`);
  return word;
}

/** What can be read again. `made`: a certificate of ours, which is not made anew. Throws a CommandError. */
async function readAll(values: Values, made: OwnCertificate | null): Promise<DaemonSettings> {
  const { config } = await readConfigFile(values.config);
  const settings = await readSettings(values);
  const certificate = await readOwnCertificate(
    values['tls-cert'] ?? config.places.tlsCertFile ?? undefined,
    values['tls-key'] ?? config.places.tlsKeyFile ?? undefined,
  );
  const { makeOwnCertificate } = await import('../../hosts/own-certificate.js');
  return {
    config,
    settings,
    users: await readUsers(config),
    webhooks: await readWebhooks(config),
    secretOf: (await readWays(config)).secretOf,
    certificate: certificate ?? made ?? (await makeOwnCertificate(settings.helo, Date.now())),
    reports: await readReports(config, settings, warnOfKey),
    noticeKeys: await readDkimKeys(config.noticeKeys, warnOfKey),
  };
}

function warnOfKey(warning: string): void {
  complain(`waxseal serve: ${warning}`);
}

function readUsers({ users }: DaemonConfig): Promise<readonly KnownUser[]> {
  return Promise.all(
    users.map(async (user) => ({
      ...user,
      password: await readSecret(user.passwordFile, `the password of ${user.name}`),
    })),
  );
}

function readWebhooks({ webhooks }: DaemonConfig): Promise<readonly Webhook[]> {
  return Promise.all(
    webhooks.map(async (hook) => ({
      ...hook,
      secret:
        hook.secretFile === null ? null : await readSecret(hook.secretFile, `the secret of ${hook.url}`),
    })),
  );
}

/** Whose tracer gets them is settled by whoever loads an SDK into the process. Throws a CommandError where the API is not there. */
async function traceSpans(): Promise<() => void> {
  try {
    const { traceAttempts, traceWork } = await import('../../opentelemetry/index.js');
    const ends = [traceAttempts(), traceWork()];
    return () => {
      for (const end of ends) end();
    };
  } catch (error) {
    throw new CommandError(
      EXIT.badSettings,
      `--spans needs @opentelemetry/api; install it beside waxseal: ${reasonOf(error)}`,
    );
  }
}
