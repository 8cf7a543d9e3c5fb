/*
 * Whoever calls without a compiler is told at once which argument cannot be, and by which key: of every function that is exported
 * for embedders, beside those of the engine, which has a test of its own.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { fileBodies, removeDrafts } from '../../src/adapters/files/index.js';
import {
  memoryAttemptStore,
  memoryBodies,
  memoryPolicyStore,
  memorySignalStore,
  memoryStores,
  memoryTlsReportStore,
} from '../../src/adapters/memory/index.js';
import {
  CHECK_NAMES,
  cachedDns,
  checkResolver,
  nodeDns,
  nodePolicyFetch,
  nodeSmtp,
  nodeSockets,
  parseResolver,
  parseResolvers,
  parseTrustAnchors,
  presentedBy,
  resolverText,
  reusingSmtp,
  systemResolvers,
  trustsAd,
  validatingDns,
} from '../../src/adapters/node/index.js';
import { encodeTlsrptDatagram, sendTlsrptDatagram } from '../../src/adapters/postfix/index.js';
import { postgresStores } from '../../src/adapters/postgres/index.js';
import { sqliteStores, takeStateFolder } from '../../src/adapters/sqlite/index.js';
import { DEFAULT_STORE_BOUNDS } from '../../src/effects/stores.js';
import { listenAddressText, parseListenAddress } from '../../src/hosts/listen-address.js';
import { lmtpServer, replyTo } from '../../src/hosts/lmtp/index.js';
import { judgedSocket, waxsealTransport } from '../../src/hosts/nodemailer/index.js';
import { enginePerConfig } from '../../src/hosts/plugin-config.js';
import { policyMap } from '../../src/hosts/postfix/index.js';
import { announced, readRequireTls, receivedWith, senderDnssec } from '../../src/hosts/receiving/index.js';
import {
  checkDomain,
  checkKeys,
  collectReports,
  createNodeEngine,
  explainDelivery,
  gatherDomain,
  keepPoliciesFresh,
  loadDkimKey,
  MessageReader,
  MisuseError,
  nodeAdapters,
  nodePostReport,
  previewReports,
  refreshPolicies,
  renderDelivery,
  runTlsReports,
  sendDue,
  settingsOf,
  signalMemory,
  whatStopped,
  withAddresses,
} from '../../src/node.js';
import { traceAttempts } from '../../src/opentelemetry/index.js';
import {
  bodiesBySize,
  createIntake,
  createQueue,
  DEFAULT_RETRY,
  newId,
  refuseSuppressed,
} from '../../src/services/queue/index.js';
import {
  createPki,
  daneDomain,
  mailHosts,
  plainDomain,
  policyText,
  readScenario,
  stsDomain,
  stsPolicy,
  together,
} from '../../src/testing/index.js';
import { runWorld } from '../../src/testing/world/run-world.js';

const RESOLVER = { address: '127.0.0.1', port: 9 };
const adapters = nodeAdapters({ resolver: RESOLVER });
const engine = createNodeEngine({ resolver: RESOLVER });
const stores = memoryStores();
const settings = settingsOf('rfc');
const clock = Date.now;
const never = AbortSignal.abort();
afterAll(async () => {
  await engine.close();
  await adapters.close();
});

const reportPorts = { store: stores.reports, dns: adapters, engine, https: nodePostReport(), clock };
const reportSettings = { organizationName: 'Example', contactInfo: 'tlsrpt@example.org', keys: [] };
const refreshPorts = { store: stores.policies, engine, clock };
const queueOptions = {
  engine,
  store: stores.queue,
  bodies: memoryBodies(),
  reportingMta: 'mx.example.org',
  postmaster: 'postmaster@example.org',
};
const queue = createQueue(queueOptions);
const mailToQueue = {
  from: 'ann@example.org',
  to: ['bob@a.example'],
  content: () => [new Uint8Array()],
  facts: {
    requireTls: 'no',
    tlsRequired: 'absent',
    report: 'none',
    sizeBytes: 0,
    body: '7bit',
    utf8: 'not-needed',
  },
} as const;
const RESULT = { destination: { kind: 'domain', name: 'a.example' }, policy: null, reports: [] } as const;
const LINE = {
  ...{ policyType: 'sts', policyDomain: 'a.example', policyString: [], mxHost: [] },
  ...{ success: 1, failure: 0, details: [] },
} as const;
const map = policyMap({ adapters });
afterAll(() => map.close(0));

interface Taken {
  /** By name. */
  readonly call: string;
  /** What a good call has; none of them is called. */
  readonly good: object;
  /** Keys that may be left out, beside those of `good`. */
  readonly others?: readonly string[];
  /** A key that is in no such object, unless others are let through. */
  readonly isOpen?: true;
  readonly run: (own: never) => unknown;
}

/** What may be wrong: an object of which each key has a type of its own. */
const OBJECTS: readonly Taken[] = [
  {
    call: 'refreshPolicies, ports',
    good: refreshPorts,
    isOpen: true,
    run: (own) => refreshPolicies(own, {}, never),
  },
  {
    call: 'refreshPolicies, settings',
    good: {},
    others: ['dailyMs', 'retryMs', 'lifeMinMs', 'atOnceMax', 'fetchesMax'],
    run: (own) => refreshPolicies(refreshPorts, own, never),
  },
  {
    call: 'keepPoliciesFresh, ports',
    good: refreshPorts,
    isOpen: true,
    run: (own) => keepPoliciesFresh(own, never),
  },
  {
    call: 'keepPoliciesFresh, options',
    good: {},
    others: ['settings', 'pauseMs', 'onAlert', 'onPass', 'onFailure', 'wait'],
    run: (own) => keepPoliciesFresh(refreshPorts, never, own),
  },
  {
    call: 'checkDomain',
    good: { adapters, settings, clock },
    others: ['signal', 'onEntry', 'validation'],
    run: (own) => checkDomain('a.example', own),
  },
  {
    call: 'gatherDomain',
    good: { adapters, settings },
    others: ['signal', 'onEntry'],
    run: (own) => gatherDomain('a.example', own, 'believed'),
  },
  {
    call: 'sendDue, ports',
    good: reportPorts,
    isOpen: true,
    run: (own) => sendDue(own, reportSettings, never),
  },
  {
    call: 'sendDue, settings',
    good: reportSettings,
    others: ['source', 'spread', 'untrustedEndpoints', 'privateAddresses', 'reportsAtOnceMax'].concat([
      'reportsMax',
      'attemptMsMax',
      'perHostMax',
      'deadlines',
    ]),
    run: (own) => sendDue(reportPorts, own, never),
  },
  {
    call: 'sendDue, choice',
    good: {},
    others: ['day', 'domain'],
    run: (own) => sendDue(reportPorts, reportSettings, never, own),
  },
  {
    call: 'runTlsReports, ports',
    good: reportPorts,
    isOpen: true,
    run: (own) => runTlsReports(own, reportSettings, never),
  },
  {
    call: 'runTlsReports, options',
    good: {},
    others: ['onOutcome', 'onFailure', 'wait'],
    run: (own) => runTlsReports(reportPorts, reportSettings, never, own),
  },
  {
    call: 'previewReports',
    good: { store: stores.reports, dns: adapters, clock },
    isOpen: true,
    run: (own) => previewReports(own, reportSettings, never),
  },
  {
    call: 'checkKeys',
    good: { dns: adapters },
    isOpen: true,
    run: (own) => checkKeys(own, reportSettings, never),
  },
  {
    call: 'collectReports, options',
    good: { store: stores.reports },
    others: ['daneHosts'],
    run: (own) => collectReports(own, { result: RESULT, endedAt: 0 }),
  },
  {
    call: 'collectReports, attempt',
    good: { result: RESULT, endedAt: 0 },
    isOpen: true,
    run: (own) => collectReports({ store: stores.reports }, own),
  },
  { call: 'nodePostReport', good: {}, others: ['ca'], run: (own) => nodePostReport(own) },
  {
    call: 'nodeDns',
    good: { servers: [RESOLVER] },
    others: ['trustAd', 'timeoutMs', 'attempts', 'ca'],
    run: (own) => nodeDns(own),
  },
  {
    call: 'validatingDns, resolvers',
    good: { servers: [RESOLVER] },
    others: ['trustAd', 'timeoutMs', 'attempts', 'ca'],
    run: (own) => validatingDns(own, { now: clock }),
  },
  {
    call: 'validatingDns, options',
    good: { now: clock },
    others: ['trustAnchors', 'delegationsMax', 'delegationBytesMax'],
    run: (own) => validatingDns({ servers: [RESOLVER] }, own),
  },
  {
    call: 'cachedDns',
    good: { entriesMax: 1, now: clock },
    others: ['bytesMax'],
    run: (own) => cachedDns(adapters, own),
  },
  {
    call: 'checkResolver',
    good: { servers: [RESOLVER] },
    others: ['trustAd', 'timeoutMs', 'attempts', 'ca'],
    run: (own) => checkResolver(own),
  },
  { call: 'nodePolicyFetch', good: {}, others: ['ca'], run: (own) => nodePolicyFetch(own) },
  {
    call: 'nodeSmtp',
    good: {},
    others: ['ca', 'localAddress', 'certificatesMax', 'secretOf'],
    run: (own) => nodeSmtp(own),
  },
  {
    call: 'nodeSockets',
    good: {},
    others: ['ca', 'localAddress', 'certificatesMax', 'secretOf'],
    run: (own) => nodeSockets(own),
  },
  {
    call: 'reusingSmtp',
    good: {},
    others: ['connectionsMax', 'perHostMax', 'idleMs', 'ageMs', 'messagesMax', 'now'],
    run: (own) => reusingSmtp(nodeSmtp(), own),
  },
  {
    call: 'memorySignalStore',
    good: { signalsMax: 1 },
    isOpen: true,
    run: (own) => memorySignalStore(own),
  },
  { call: 'explainDelivery', good: { attempts: [] }, isOpen: true, run: (own) => explainDelivery(own) },
  { call: 'renderDelivery', good: { attempts: [] }, isOpen: true, run: (own) => renderDelivery(own) },
  {
    call: 'renderDelivery, options',
    good: {},
    others: ['width', 'detail', 'paint'],
    run: (own) => renderDelivery({ attempts: [] }, own),
  },
  { call: 'signalMemory, store', good: stores.signals, isOpen: true, run: (own) => signalMemory(own) },
  {
    call: 'signalMemory, options',
    good: {},
    others: ['onFault'],
    run: (own) => signalMemory(stores.signals, own),
  },
  {
    call: 'checkResolver, names',
    good: { signed: '', bogus: 'b.example', unsigned: null },
    run: (own) => checkResolver({ servers: [RESOLVER] }, own, { signal: never }),
  },
  {
    call: 'checkResolver, options',
    good: {},
    others: ['deadlineMs', 'signal'],
    run: (own) => checkResolver({ servers: [RESOLVER] }, CHECK_NAMES, own),
  },
  {
    call: 'runWorld, how it is run',
    good: {},
    others: ['threads'],
    run: (own) => runWorld({ seed: 1, domains: 1, messages: 0, days: 1 }, own),
  },
  { call: 'createPki', good: {}, others: ['seed', 'now'], run: (own) => createPki(own) },
  {
    call: 'senderDnssec',
    good: { adapters },
    others: ['toAscii', 'deadlineMs', 'signal'],
    run: (own) => senderDnssec('ann@a.example', own),
  },
  {
    call: 'receivedWith',
    good: { tls: { protocol: 'TLSv1.3', cipher: 'x' }, authenticated: 'no', utf8: 'no', requireTls: 'yes' },
    run: (own) => receivedWith(own),
  },
  {
    call: 'encodeTlsrptDatagram',
    good: { domain: 'a.example', record: 'v=TLSRPTv1', lines: [] },
    isOpen: true,
    run: (own) => encodeTlsrptDatagram(own),
  },
  {
    call: 'runWorld',
    good: { seed: 1, domains: 1, messages: 0, days: 1 },
    others: ['faults', 'attacker'],
    isOpen: true,
    run: (own) => runWorld(own),
  },
  {
    call: 'memoryStores',
    good: {},
    others: ['entriesMax', 'domainsMax', 'policiesMax', 'detailsMax', 'attemptsMax', 'signalsMax'],
    run: (own) => memoryStores(own),
  },
  {
    call: 'memoryPolicyStore',
    good: { entriesMax: 1 },
    isOpen: true,
    run: (own) => memoryPolicyStore(own),
  },
  {
    call: 'memoryAttemptStore',
    good: { attemptsMax: 1 },
    isOpen: true,
    run: (own) => memoryAttemptStore(own),
  },
  {
    call: 'memoryTlsReportStore',
    good: { domainsMax: 1, policiesMax: 1, detailsMax: 1 },
    isOpen: true,
    run: (own) => memoryTlsReportStore(own),
  },
  { call: 'sqliteStores', good: { directory: '/tmp' }, others: ['bounds'], run: (own) => sqliteStores(own) },
  {
    call: 'postgresStores',
    good: { url: 'postgres://127.0.0.1/x' },
    others: ['schema', 'connectionsMax', 'deadlineMs', 'bounds'],
    run: (own) => postgresStores(own),
  },
  { call: 'fileBodies', good: { directory: '/tmp' }, run: (own) => fileBodies(own) },
  { call: 'removeDrafts', good: { directory: '/tmp' }, run: (own) => removeDrafts(own, 0) },
  {
    call: 'bodiesBySize',
    good: { small: memoryBodies(), large: memoryBodies() },
    others: ['smallOctetsMax'],
    run: (own) => bodiesBySize(own),
  },
  {
    call: 'createQueue',
    good: queueOptions,
    others: [
      ...['platform', 'retry', 'limits', 'lookEveryMs', 'keepEndedMs', 'clock', 'toAscii', 'onFault'],
      ...['doorbell', 'onDoorbell', 'onCrowded'],
    ],
    run: (own) => createQueue(own),
  },
  {
    call: 'createIntake',
    good: { store: stores.queue, bodies: memoryBodies() },
    others: ['retry', 'clock', 'toAscii'],
    isOpen: true,
    run: (own) => createIntake(own),
  },
  {
    call: 'enqueue',
    good: mailToQueue,
    others: ['id', 'account', 'origin', 'ret', 'envelopeId', 'receivedFrom', 'transport'],
    run: (own) => queue.enqueue(own),
  },
  {
    call: 'list of a queue',
    good: {},
    others: ['messagesMax', 'ended', 'domain'],
    run: (own) => queue.list(own),
  },
  { call: 'run of a queue', good: {}, others: ['graceMs'], run: (own) => queue.run(never, own) },
  {
    call: 'order of a queue',
    good: { order: 'set-tls', tls: 'required', why: 'x' },
    run: (own) => queue.order([], own, 'root'),
  },
  {
    call: 'lmtpServer',
    good: { engine, attempts: stores.attempts },
    others: ['certificate', 'requireTls', 'notices', 'concurrency', 'deadlineMs', 'messageOctetsMax'].concat([
      'recipientsMax',
      'spoolDirectory',
      'name',
      'clock',
      'onReport',
      'onFault',
    ]),
    run: (own) => lmtpServer(own),
  },
  {
    call: 'policyMap',
    good: { adapters },
    others: ['settings', 'postfixVersion', 'deadlineMs', 'entriesMax', 'concurrency'].concat([
      'connectionsMax',
      'clock',
      'onAnswer',
      'onFault',
    ]),
    run: (own) => policyMap(own),
  },
  {
    call: 'listen of a policy map',
    good: { kind: 'tcp', host: '127.0.0.1', port: 0 },
    run: (own) => map.listen(own),
  },
  {
    call: 'waxsealTransport, its own options',
    good: {},
    others: ['engine', 'pool', 'maxConnections', 'memoryOctetsMax', 'messageOctetsMax', 'spoolDirectory'],
    isOpen: true,
    run: (own) => waxsealTransport(own),
  },
  {
    call: 'waxsealTransport without one',
    good: {},
    others: ['engine', 'pool', 'maxConnections', 'resolver', 'ca', 'settings', 'clock', 'dnssec'],
    run: (own) => waxsealTransport(own),
  },
  {
    call: 'trustsAd',
    good: { servers: [RESOLVER] },
    others: ['trustAd', 'timeoutMs', 'attempts', 'ca'],
    run: (own) => trustsAd(own),
  },
  {
    call: 'listenAddressText',
    good: { kind: 'tcp', host: '127.0.0.1', port: 0 },
    run: (own) => listenAddressText(own),
  },
  {
    call: 'replyTo',
    good: {
      ...{ outcome: 'delivered', status: '2.0.0', domain: 'a.example', mx: null, ip: null, tls: null },
      ...{ authentication: 'none', because: null, reply: null },
    },
    isOpen: true,
    run: (own) => replyTo(own),
  },
  {
    call: 'newId, platform',
    good: { octets: (count: number) => new Uint8Array(count) },
    isOpen: true,
    run: (own) => newId(0, own),
  },
  { call: 'traceAttempts', good: {}, others: ['tracer'], run: (own) => traceAttempts(own) },
  {
    call: 'the configuration of a plugin',
    good: {},
    others: ['trust_ad', 'validate_dnssec', 'port', 'https_port', 'allow_loopback', 'deadline_ms'].concat([
      'requiretls',
      'resolver',
      'profile',
      'policy',
      'ca',
    ]),
    run: (own) => enginePerConfig(own),
  },
];

/** What no key of any of them may be. */
const NONSENSE = [{ nonsense: 1 }, [{}], Symbol('nonsense'), Number.NaN, 'no such\0thing'] as const;
/** Texts of any kind, or which are told of in words of their own. */
const TEXTS = ['record', 'contactInfo', 'source', 'from', 'why', 'domain', 'status', 'mx', 'ip'];

/** What programs can tell them apart by. */
const CODE = /^WAXSEAL_[A-Z_]+$/;

async function thrownBy(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return null;
  } catch (error) {
    return error;
  }
}

describe.each(OBJECTS.map((taken) => [taken.call, taken] as const))('%s', (_, taken) => {
  const { good, others = [], isOpen, run } = taken;
  const keys = [...Object.keys(good), ...others];
  const refuses = async (own: unknown, named: string) => {
    const error = await thrownBy(() => run(own as never));
    expect(error, `${named}: ${String(error)}`).toBeInstanceOf(MisuseError);
    expect((error as MisuseError).message).toContain(named);
    expect((error as MisuseError).code).toMatch(CODE);
  };

  it('names the key whose value cannot be', () =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom(...keys), fc.constantFrom(...NONSENSE), async (key, value) => {
        fc.pre(typeof value !== 'string' || !TEXTS.includes(key));
        await refuses({ ...good, [key]: value }, key);
      }),
    ));

  it('names what is missing', async () => {
    for (const key of Object.keys(good)) await refuses({ ...good, [key]: undefined }, key);
  });

  it('is told apart from what is no object', async () => {
    for (const value of [null, 7, 'text', [1]]) {
      const error = await thrownBy(() => run(value as never));
      expect(error, String(value)).toBeInstanceOf(MisuseError);
    }
  });

  if (isOpen !== true)
    it('has no other key', async () => {
      await refuses({ ...good, misspelt: 1 }, 'misspelt');
    });
});

it.each<[string, string, () => unknown]>([
  ['the signal of a refresh', 'signal', () => refreshPolicies(refreshPorts, {}, 'now' as never)],
  ['the signal of many', 'signal', () => keepPoliciesFresh(refreshPorts, null as never)],
  ['the signal of reports', 'signal', () => sendDue(reportPorts, reportSettings, {} as never)],
  ['the day of reports', 'day', () => sendDue(reportPorts, reportSettings, never, { day: '1 May' })],
  ['a domain', 'domain', () => checkDomain(7 as never, { adapters, settings, clock })],
  ['a domain in capitals', 'domain', () => checkDomain('A.example', { adapters, settings, clock })],
  ['what is believed', 'validation', () => gatherDomain('a.example', { adapters, settings }, 'yes' as never)],
  ['a key', 'pem', () => loadDkimKey(7 as never, 's')],
  ['a selector', 'selector', () => loadDkimKey('', null as never)],
  [
    'a key of reports',
    'keys',
    () => checkKeys({ dns: adapters }, { ...reportSettings, keys: 'k' as never }, never),
  ],
  ['an age of drafts', 'olderThan', () => removeDrafts({ directory: '/tmp' }, 'old' as never)],
  ['ids', 'ids', () => queue.show('id' as never)],
  ['who gives an order', 'actor', () => queue.order([], { order: 'hold' }, 7 as never)],
  ['an order that is none', 'order', () => queue.order([], { order: 'halt' } as never, 'root')],
  ['a recipient of mail', 'to', () => queue.enqueue({ ...mailToQueue, to: [{}] as never })],
  [
    'a schedule',
    'scheduleMs',
    () => createQueue({ ...queueOptions, retry: { ...DEFAULT_RETRY, scheduleMs: [] } }),
  ],
  ['a key of Postfix', 'key', () => map.query(7 as never)],
  ['settings read again', 'settings', () => map.reload({} as never)],
  ['how long is waited', 'graceMs', () => map.close(-1)],
  ['an engine that connects', 'connect', () => judgedSocket({} as never)],
  ['octets', 'octets', () => new MessageReader().push('text' as never)],
  ['a resolver', 'text', () => parseResolver(7 as never)],
  ['resolvers', 'text', () => parseResolvers(null as never)],
  ['trust anchors', 'text', () => parseTrustAnchors(undefined as never)],
  ['resolv.conf', 'text', () => systemResolvers(new Uint8Array() as never)],
  ['a resolver that is written', 'server', () => resolverText({ address: 'x', port: 53 })],
  ['whose bit is believed', 'config', () => trustsAd([RESOLVER] as never)],
  ['a socket of TLS', 'socket', () => presentedBy({} as never)],
  ['the time of an id', 'now', () => newId('now' as never)],
  ['an attempt that was stopped', 'result', () => whatStopped({ recipients: [] } as never)],
  ['where a server listens', 'text', () => parseListenAddress({} as never)],
  [
    'addresses of a message',
    'addresses',
    () => withAddresses({ utf8: 'not-needed' }, 'a@a.example' as never),
  ],
  ['whether it is under TLS', 'protection', () => readRequireTls({ REQUIRETLS: true }, undefined as never)],
  ['what is announced', 'protection', () => announced('cleartext' as never)],
  ['a sender', 'sender', () => senderDnssec(7 as never, { adapters })],
  [
    'a policy that is told to a collector',
    'lines[0].policyType',
    () =>
      encodeTlsrptDatagram({ domain: 'a', record: 'r', lines: [{ ...LINE, policyType: 'dane' as never }] }),
  ],
  [
    'who tells a collector',
    'write',
    () => sendTlsrptDatagram(7 as never, { domain: 'a', record: 'r', lines: [] }),
  ],
  [
    'what must not be suppressed',
    'addresses',
    () => refuseSuppressed(stores.suppressions, 'a@a.example' as never, String),
  ],
  ['a list of what is suppressed', 'store', () => refuseSuppressed({} as never, [], String)],
  ['the path of a scenario', 'path', () => readScenario({} as never)],
  ['a key of a piece of a world', 'pieces[1].mial', () => together({}, { mial: {} } as never)],
  ['a piece of a world', 'pieces[0]', () => together(null as never)],
  ['mail hosts', 'mail', () => mailHosts(null as never)],
  ['a key of a mail host', 'startls', () => plainDomain({ startls: 'broken' } as never)],
  ['TLSA records', 'TLSA mx.a.example', () => daneDomain(null as never)],
  ['a mode of a policy', 'mode', () => stsDomain('enfroce' as never)],
  ['patterns of a policy', 'mx', () => stsPolicy('enforce', 'mx.a.example' as never)],
  ['a life of a policy', 'maxAge', () => policyText('enforce', [], '7d' as never)],
  ['a folder that is taken', 'directory', () => takeStateFolder('')],
  ['an anchor that is none', 'ca', () => nodeSmtp({ ca: ['x'] })],
  ['a bound', 'bounds', () => sqliteStores({ directory: '/tmp', bounds: { entriesMax: 0 } })],
])('%s is named', async (_, key, call) => {
  const error = await thrownBy(call);
  expect(error).toBeInstanceOf(MisuseError);
  expect((error as MisuseError).message).toContain(key);
  expect((error as MisuseError).code).toMatch(CODE);
});

it('bounds that are the default will do', () => {
  expect(memoryPolicyStore(DEFAULT_STORE_BOUNDS).list).toBeTypeOf('function');
});
