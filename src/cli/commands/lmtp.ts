import { domainToASCII } from 'node:url';
import { Engines } from '../../daemon/engines.js';
import { judgeListening } from '../../daemon/listening.js';
import { keepingJournals } from '../../engine/keeping-journals.js';
import { listenAddressText } from '../../hosts/listen-address.js';
import type { LmtpOptions } from '../../hosts/lmtp/index.js';
import { nameDoubt } from '../../hosts/own-name.js';
import type { RecipientReport } from '../../node.js';
import { parseMailbox } from '../../policy/names/mailbox.js';
import type { Settings } from '../../policy/settings.js';
import type { DkimKey } from '../../services/dkim/index.js';
import type { ReportSettings } from '../../services/tls-report/send/index.js';
import { misuse, readArguments, type ValuesOf } from '../arguments.js';
import type { Command } from '../command.js';
import { readConfigFile } from '../config-file.js';
import { DKIM_OPTIONS, dkimKeyFiles, readDkimKeys } from '../dkim-keys.js';
import { CommandError, EXIT } from '../exit.js';
import { openJournals } from '../kept-journals.js';
import { openNoticeQueue, openStores } from '../kept-state.js';
import { listenAt } from '../listen-at.js';
import { openEngine, type Reach } from '../lmtp-engines.js';
import { countedReports, keepFresh, keepSmall } from '../lmtp-jobs.js';
import { readCount } from '../numbers.js';
import { bareAddress, REACH_OPTIONS, readDeadline, readNode, SERVING_JSON_HELP } from '../options.js';
import { complain } from '../output/terminal.js';
import { readContact, readOrganization, readReports, reportsOf } from '../report-name.js';
import { readOwnCertificate } from '../secret-file.js';
import {
  type Log,
  onHangUp,
  readActivated,
  SERVING_OPTIONS,
  SERVING_OPTIONS_HELP,
  sayReady,
  untilTold,
} from '../serving.js';
import { readSettings } from '../settings.js';

const HELP = `\
Usage: waxseal lmtp --listen ADDRESS [OPTION]...

An LMTP server (RFC 2033) for a mail system that keeps its queue: each message is
attempted once, with full policy, and what is answered behind the final dot is what became
of each recipient, with status, host, how it was authenticated and the deciding row.

${SERVING_OPTIONS_HELP}\
  --state DIR            keep there what LMTP does not carry (attempts, deliveries),
                         MTA-STS policies, what is counted for TLS reports, and notices
                         until they are delivered; default: in memory
  --database URL         keep them in a PostgreSQL database (postgres://...), which
                         several such servers may share; notices in a schema
                         of their own, waxseal_notices
  --notices ADDRESS      announce DSN (RFC 3461), and send notices of success from this
                         address where senders ask for them; default: the client sends
                         them
  --from ADDRESS, --organization NAME
                         send TLS reports (RFC 8460) of what is counted, from this
                         address, which is their contact, in the name of this
                         organization; default: they are counted, and not sent
  --config FILE          take both, and the keys for reports, from "tlsReports" of this
                         file, which may be that of "waxseal serve"
  --dkim-key FILE        sign notices and reports with this private key (PEM; RSA or
                         Ed25519) of their address's domain; may be given several times
  --dkim-selector NAME   the selector of the key, one for each --dkim-key, in order
  --concurrency N        messages attempted at once (50); others wait unread
  --deadline DURATION    when an attempt as a whole ends: who has no outcome by then is
                         told to come again (8m; clients give up after ten minutes)
  --journals DIR         keep a journal of each attempt there, in a file for each day,
                         for 30 days; "waxseal audit DIR" sums them up
  --requiretls keep|off  offer REQUIRETLS under TLS, and keep it (keep)
  --tls-cert FILE        for STARTTLS, in PEM, with --tls-key; default: made at start
  --tls-key FILE
  --resolver RESOLVER, --trust-ad, --validate-dnssec, --trust-anchor FILE, --port N,
  --https-port N, --ca FILE, --helo NAME, --no-cleartext-retry, --policy FILE,
  --allow-loopback       as for "waxseal deliver"
${SERVING_JSON_HELP}
Sockets that systemd opened (LISTEN_FDS) are served as well, and then --listen may be left
out. Prints "ready lmtp ADDRESS" for each listener. Ends with 0 when told to by SIGTERM or
SIGINT: what is under way may end, and whoever still waits then is told to come again.
SIGHUP reads the settings, the CA, the certificate, the keys and the configuration again;
what cannot be read stays as it was.
64: wrong use of the command; 66: an input cannot be read; 78: bad settings, or an
address that cannot be listened at.
`;

const OPTIONS = {
  ...REACH_OPTIONS,
  ...SERVING_OPTIONS,
  concurrency: { type: 'string' },
  requiretls: { type: 'string' },
  notices: { type: 'string' },
  from: { type: 'string' },
  organization: { type: 'string' },
  config: { type: 'string' },
  ...DKIM_OPTIONS,
  journals: { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
} as const;

type Values = ValuesOf<typeof OPTIONS>;

const CONCURRENCY = 50;

export const lmtp: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    if (positionals.length > 0) throw misuse(`there is nothing to do with ${JSON.stringify(positionals[0])}`);
    const { addresses, graceMs, log } = readActivated(values);
    const { concurrency = CONCURRENCY, ...own } = readOwn(values);
    const postmaster = readPostmaster(values.notices);
    const first = await readAgain(values);
    const { settings, dkimKeys, certificate } = first;
    const doubt = nameDoubt(settings, 'give --helo NAME');
    if (doubt !== null) log(doubt);
    const told = untilTold();
    const onFault = (message: string) => log(`a fault of ours: ${message}`, { fault: message });
    const stores = await openStores(values);
    const journals = await openJournals(values.journals, onFault);
    const made = (read: Reach) => openEngine({ ...read, stores, concurrency, onFault });
    const engines = new Engines(await made(first));
    const engine = engines.latest;
    const notices =
      postmaster === null
        ? null
        : await openNoticeQueue(values, {
            engine,
            postmaster,
            dkimKeys,
            reportingMta: settings.helo,
            onFault,
          });
    const { lmtpServer } = await import('../../hosts/lmtp/index.js');
    const server = await lmtpServer({
      ...own,
      concurrency,
      ...(certificate !== null && { certificate }),
      engine: keepingJournals(engine, journals?.keep),
      attempts: stores.attempts,
      name: settings.helo,
      ...(notices !== null && {
        notices: { queue: notices.queue, postmaster: notices.postmaster, dkimKeys },
      }),
      onFault,
      onReport: (report, attempt, happened) => logReport(report, { attempt, happened }, log),
    });
    const pruning = await keepSmall(stores.attempts, log);
    const close = () => Promise.all([notices?.close(), engines.close(), stores.close(), journals?.close()]);
    try {
      for (const asked of addresses) {
        const address = await listenAt(asked, server.listen);
        await sayReady('lmtp', address);
        const { verdict, why, row } = judgeListening('mail-system', address, 0);
        if (verdict === 'warn') log(`${listenAddressText(address)}: ${why} (${row})`, { row });
      }
    } catch (error) {
      clearInterval(pruning);
      await server.close(0);
      await close();
      throw error;
    }
    const reporting = countedReports(stores, first, log);
    const stopReloading = onHangUp('the settings, the certificate and the keys', log, async () => {
      const read = await readAgain(values);
      if (read.certificate !== null) server.useCertificate(read.certificate);
      engines.replace(await made(read));
      server.useNoticeKeys(read.dkimKeys);
      notices?.queue.tune({ dkimKeys: read.dkimKeys });
      reporting.use(read);
    });
    const ending = new AbortController();
    const beside = [
      keepFresh({ engine, stores }, ending.signal, log),
      reporting.run(ending.signal),
      notices?.queue.run(ending.signal, { graceMs }),
    ];
    log(`${await told}: ends when what is under way has ended`);
    stopReloading();
    clearInterval(pruning);
    await server.close(graceMs);
    ending.abort();
    await Promise.all(beside);
    await close();
    return EXIT.ok;
  },
};

function logReport(
  report: RecipientReport,
  { attempt, happened }: { readonly attempt: number; readonly happened: string | null },
  log: Log,
): void {
  const { recipient, outcome, status, mx, ip, reply, authentication, because } = report;
  const place = mx === null ? '' : ` ${reply === null ? 'at' : 'by'} ${mx}`;
  const met = happened === null ? '' : `: ${happened}`;
  log(
    `${recipient} ${outcome} ${status} at attempt ${attempt}${place}${met}${because === null ? '' : ` (${because.row})`}`,
    {
      ...{ recipient, outcome, status, attempt, mx, ip, authentication, reply, happened },
      ...{ row: because?.row ?? null, why: because?.why ?? null },
    },
  );
}

/** Throws a CommandError. */
function readPostmaster(text: string | undefined): string | null {
  if (text === undefined) return null;
  const address = parseMailbox(bareAddress(text), domainToASCII)?.address;
  if (address === undefined)
    throw misuse(`--notices ${JSON.stringify(text)} is no address; give one like postmaster@example.org`);
  return address;
}

/** Throws a CommandError. */
async function readKeys(values: Values): Promise<readonly DkimKey[]> {
  const files = dkimKeyFiles(values);
  if (files.length > 0 && values.notices === undefined && values.from === undefined)
    throw misuse('--dkim-key signs notices and TLS reports, and there are none without --notices or --from');
  return readDkimKeys(files, warnOfKey);
}

function warnOfKey(warning: string): void {
  complain(`waxseal lmtp: ${warning}`);
}

/** Null: nobody said in whose name reports are sent, so that they are not. Throws a CommandError. */
async function readReporting(
  { from, organization, config }: Values,
  keys: readonly DkimKey[],
  settings: Settings,
): Promise<ReportSettings | null> {
  if (from !== undefined || organization !== undefined)
    return reportsOf(readOrganization(organization), readContact(from), { keys, settings });
  if (config === undefined) return null;
  const reports = await readReports((await readConfigFile(config)).config, settings, warnOfKey);
  if (reports !== null) return reports;
  throw new CommandError(
    EXIT.badSettings,
    `there is no tlsReports in ${config}, and nothing else there is for "waxseal lmtp"`,
  );
}

/** What SIGHUP has read again. Throws a CommandError. */
async function readAgain(values: Values) {
  const dkimKeys = await readKeys(values);
  const settings = await readSettings(values);
  return {
    ...{ settings, dkimKeys },
    reports: await readReporting(values, dkimKeys, settings),
    node: await readNode(values),
    certificate: await readOwnCertificate(values['tls-cert'], values['tls-key']),
  };
}

/** Throws a CommandError. */
function readOwn(values: Values): Partial<LmtpOptions> {
  const { requiretls = 'keep' } = values;
  if (requiretls !== 'keep' && requiretls !== 'off')
    throw misuse(`--requiretls ${JSON.stringify(requiretls)} is neither keep nor off`);
  const concurrency = readCount('--concurrency', values.concurrency);
  const deadlineMs = readDeadline(values.deadline);
  return {
    requireTls: requiretls,
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  };
}
