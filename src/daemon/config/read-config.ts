/*
 * A configuration out of a text: its shape, and then what no shape can say, such as that a route leads to a transport that is
 * there. Whatever is wrong is told with the line and the column at which it stands.
 */
import { isIP } from 'node:net';
import { decodeWith, thereIs } from '../../effects/codecs/result.js';
import { twoPlaces } from '../../effects/stores.js';
import { parseListenAddress } from '../../hosts/listen-address.js';
import { parseHostName } from '../../policy/names/domain-name.js';
import type { ListenerKind } from '../../policy/queue/listener.table.js';
import { DEFAULT_RETRY } from '../../policy/queue/settings.js';
import {
  DIRECT_NAME,
  type Route,
  readAttempts,
  type SocksByFamily,
  type SocksProxy,
  type Transport,
} from '../../policy/relay/index.js';
import { forThisHostAlone, judgeListening } from '../listening.js';
import type { DaemonConfig } from './config.js';
import { WEBHOOK_EVENTS } from './config.js';
import { type ConfigFile, configShape, type RouteFile, type TransportFile } from './config-shape.js';
import { type Position, readYaml } from './yaml-positions.js';

/** What is wrong, and where. */
export interface ConfigProblem extends Position {
  /** Such as `routes[0].transport`; "": the text as a whole. */
  readonly path: string;
  readonly says: string;
}

export type ReadConfig =
  | {
      readonly kind: 'read';
      readonly config: DaemonConfig;
      readonly positionOf: (path: string) => Position;
    }
  | { readonly kind: 'refused'; readonly problems: readonly ConfigProblem[] };

/** The longest text that is read, in UTF-16 code units. */
const CONFIG_LENGTH_MAX = 1_048_576;

/** Reads a configuration in YAML. Never throws. */
export function readConfig(text: string): ReadConfig {
  if (text.length > CONFIG_LENGTH_MAX)
    return refused([{ line: 1, column: 1, path: '', says: `longer than ${CONFIG_LENGTH_MAX} characters` }]);
  const yaml = readYaml(text);
  if (yaml.kind === 'refused') return refused(yaml.problems.map((problem) => ({ ...problem, path: '' })));
  const at = (path: string, says: string): ConfigProblem => ({ ...yaml.positionOf(path), path, says });
  const decoded = decodeWith(configShape.codec, yaml.value);
  if (!decoded.ok)
    return refused(
      decoded.problems.map(({ path, expected, actual, known }) => ({
        ...yaml.positionOf(path, known === undefined ? 'value' : 'key'),
        ...{ path, says: `expected ${expected}, found ${actual}${thereIs(known)}` },
      })),
    );
  const problems = [...complaintsAbout(decoded.value)].map(([path, says]) => at(path, says));
  if (problems.length > 0) return refused(problems);
  return { kind: 'read', config: configOf(decoded.value), positionOf: yaml.positionOf };
}

function refused(problems: readonly ConfigProblem[]): ReadConfig {
  return { kind: 'refused', problems };
}

/** What is wrong between values that are well formed: paths, and what is said of them. */
function* complaintsAbout(file: ConfigFile): Generator<readonly [path: string, says: string]> {
  const { transports = {}, routes = [], users = [], webhooks = [], retry = {} } = file;
  if (retry.schedule?.some((wait) => wait === 0) === true) yield ['retry.schedule', 'a wait of no time'];
  for (const [name, transport] of Object.entries(transports)) {
    if (name === DIRECT_NAME) yield [`transports.${name}`, 'the name "direct" is taken'];
    yield* complaintsAboutTransport(`transports${keyText(name)}`, transport);
  }
  for (const [at, { transport, attempts }] of routes.entries()) {
    if (transport !== DIRECT_NAME && !Object.hasOwn(transports, transport))
      yield [`routes[${at}].transport`, `there is no transport ${JSON.stringify(transport)}`];
    if (attempts !== undefined && readAttempts(attempts) === null)
      yield [`routes[${at}].attempts`, 'the first attempt stands behind the last'];
  }
  const names = users.map(({ name }) => name);
  for (const [at, name] of names.entries())
    if (names.indexOf(name) < at)
      yield [`users[${at}].name`, `there is a user ${JSON.stringify(name)} already`];
  const urls = webhooks.map(({ url }) => url);
  for (const [at, url] of urls.entries())
    if (urls.indexOf(url) < at) yield [`webhooks[${at}].url`, `there is a webhook for ${url} already`];
    else if (!isWebhookUrl(url)) yield [`webhooks[${at}].url`, 'no https URL, and no http URL of this host'];
  if (file.state !== undefined && file.database !== undefined)
    yield ['database', twoPlaces('state', 'database')];
  yield* complaintsAboutListeners(file);
}

function* complaintsAboutListeners({
  listen = [],
  tlsListen = [],
  lmtpListen = [],
  admin,
  metrics,
  users = [],
}: ConfigFile): Generator<readonly [path: string, says: string]> {
  const listeners: readonly (readonly [kind: ListenerKind, path: string, text: string])[] = [
    ...listen.map((text, at) => ['submission', `listen[${at}]`, text] as const),
    ...tlsListen.map((text, at) => ['submission', `tlsListen[${at}]`, text] as const),
    ...lmtpListen.map((text, at) => ['lmtp', `lmtpListen[${at}]`, text] as const),
    ...(admin === undefined ? [] : [['admin', 'admin.listen', admin.listen] as const]),
    ...(metrics === undefined ? [] : [['metrics', 'metrics', metrics] as const]),
  ];
  for (const [kind, path, text] of listeners) {
    const address = parseListenAddress(text);
    const judged = address === null ? null : judgeListening(kind, address, users.length);
    if (judged === null) yield [path, 'none of HOST:PORT, [IPV6]:PORT and unix:PATH'];
    else if (judged.verdict === 'refuse') yield [path, forThisHostAlone(judged)];
  }
}

function keyText(name: string): string {
  return /^[a-z_]\w*$/i.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

function* complaintsAboutTransport(
  path: string,
  transport: TransportFile,
): Generator<readonly [path: string, says: string]> {
  if (transport.kind === 'direct') {
    const { socks, socksUser, socksPasswordFile } = transport;
    const proxies = typeof socks === 'string' ? [socks] : Object.values(socks ?? {});
    if (proxies.some((each) => proxyOf(each) === null))
      yield [`${path}.socks`, 'a proxy is named by its IP address and port'];
    if ((socksUser === undefined) !== (socksPasswordFile === undefined))
      yield [path, 'socksUser and socksPasswordFile go together'];
  }
  if (transport.kind === 'relay') {
    const { host, user, passwordFile, tls, verify } = transport;
    if (isIP(host) === 0 && parseHostName(host) !== host)
      yield [`${path}.host`, 'neither a host name in lower-case A-labels nor an IP address'];
    if ((user === undefined) !== (passwordFile === undefined))
      yield [path, 'user and passwordFile go together'];
    if (tls === 'none' && verify !== undefined && verify !== 'none')
      yield [`${path}.verify`, 'without TLS there is nothing to verify'];
    if (user !== undefined && (tls === 'none' || verify === 'none'))
      yield [path, 'a password does not go to a host that is not verified under TLS'];
  }
}

function isWebhookUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.username !== '' || url.password !== '') return false;
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isHere);
}

const LIMITS = { concurrency: 50, perDomain: 10, perHost: 5, messageBytes: 50_000_000, recipients: 1000 };
const KEEP_ENDED_MS = 7 * 86_400_000;

/** The configuration where no file says otherwise. */
export const DEFAULT_CONFIG: DaemonConfig = configOf({});

function configOf(file: ConfigFile): DaemonConfig {
  const { retry = {}, transports = {}, users = [], webhooks = [], admin, tls } = file;
  const scheduleMs = retry.schedule ?? DEFAULT_RETRY.scheduleMs;
  return {
    retry: {
      scheduleMs,
      jitter: retry.jitter ?? DEFAULT_RETRY.jitter,
      delayNoticeAfter: retry.delayNoticeAfter ?? DEFAULT_RETRY.delayNoticeAfter,
      lifetimeMs: retry.lifetime ?? Math.max(DEFAULT_RETRY.lifetimeMs, 2 * sum(scheduleMs)),
    },
    keepEndedMs: retry.keepEnded ?? KEEP_ENDED_MS,
    limits: { ...LIMITS, ...file.limits },
    postmaster: file.postmaster ?? null,
    noticeKeys: file.notices?.dkimKeys ?? [],
    suppressGoneMs: file.suppress?.gone ?? null,
    transports: Object.fromEntries(
      Object.entries(transports).map(([name, transport]) => [name, transportOf(transport)]),
    ),
    passwordFiles: Object.fromEntries(
      Object.entries(transports).flatMap(([name, transport]) => {
        const path = passwordFileOf(transport);
        return path === undefined ? [] : [[name, path]];
      }),
    ),
    routes: (file.routes ?? []).map(routeOf),
    destinations: file.destinations ?? [],
    users: users.map(({ name, passwordFile, from = [], recipientsPerHour = null }) => ({
      ...{ name, passwordFile, from, recipientsPerHour },
    })),
    webhooks: webhooks.map(({ url, events = WEBHOOK_EVENTS, secretFile = null }) => ({
      url,
      events,
      secretFile,
    })),
    tlsReports: file.tlsReports === undefined ? null : { dkimKeys: [], ...file.tlsReports },
    places: {
      state: file.state ?? null,
      database: file.database ?? null,
      listen: file.listen ?? [],
      tlsListen: file.tlsListen ?? [],
      lmtpListen: file.lmtpListen ?? [],
      admin: admin?.listen ?? null,
      adminTokenFile: admin?.tokenFile ?? null,
      metrics: file.metrics ?? null,
      journals: file.journals ?? null,
      tlsCertFile: tls?.certFile ?? null,
      tlsKeyFile: tls?.keyFile ?? null,
    },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function passwordFileOf(transport: TransportFile): string | undefined {
  if (transport.kind === 'relay') return transport.passwordFile;
  return transport.kind === 'direct' ? transport.socksPasswordFile : undefined;
}

function transportOf(transport: TransportFile): Transport {
  switch (transport.kind) {
    case 'fail':
      return transport;
    case 'direct': {
      const { socks, socksUser } = transport;
      return { kind: 'direct', ...(socks === undefined ? {} : { socks: socksOf(socks, socksUser) }) };
    }
    case 'relay': {
      const { passwordFile: _, tls = 'starttls', ...own } = transport;
      const verify = own.verify ?? (tls === 'none' ? 'none' : 'pkix');
      return { port: tls === 'implicit' ? 465 : 587, ...own, tls, verify };
    }
  }
}

function socksOf(
  socks: string | { readonly ipv4?: string; readonly ipv6?: string },
  user: string | undefined,
): SocksByFamily {
  const byFamily = typeof socks === 'string' ? { ipv4: socks, ipv6: socks } : socks;
  const entries = Object.entries(byFamily).map(([family, text]) => [
    family,
    { ...proxyOf(text), ...(user === undefined ? {} : { user }) },
  ]);
  return Object.fromEntries(entries) as SocksByFamily;
}

function proxyOf(text: string): SocksProxy | null {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text) ?? [];
  const address = bracketed ?? plain ?? '';
  const port = Number(digits);
  return isIP(address) !== 0 && port >= 1 && port <= 65_535 ? { address, port } : null;
}

function routeOf({ to = [], from = [], account = [], attempts, transport }: RouteFile): Route {
  return { to, from, account, attempts: attempts === undefined ? null : readAttempts(attempts), transport };
}
