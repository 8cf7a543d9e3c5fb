/* The configuration as it is written in YAML. What depends on several values at once is judged behind it, in `read-config.ts`. */
import { DestinationRules } from '../../effects/codecs/settings.codec.js';
import { tagged } from '../../effects/codecs/strict-object.js';
import type { DestinationRule } from '../../policy/local/destination.js';
import {
  AUTH_MECHANISMS,
  type AuthMechanism,
  RELAY_TLS,
  RELAY_VERIFY,
  type RelayTls,
  type RelayVerify,
} from '../../policy/relay/index.js';
import { type DkimKeyConfig, WEBHOOK_EVENTS, type WebhookEvent } from './config.js';
import {
  either,
  filledListOf,
  listOf,
  named,
  object,
  oneOf,
  type Schema,
  type Shape,
  text,
  whole,
  written,
} from './shape.js';

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const duration = written(
  'a duration such as 90s, 7m30s, 2h or 5d',
  { pattern: '^(?:[0-9]{1,6}[smhd]){1,4}$' },
  (value) =>
    /^(?:[0-9]{1,6}[smhd]){1,4}$/.test(value)
      ? [...value.matchAll(/(\d+)([smhd])/g)].reduce(
          (sum, [, digits, unit]) => sum + Number(digits) * UNITS[unit!]!,
          0,
        )
      : null,
);

const share = written('a share from 0% to 50%', { pattern: '^(?:[0-4]?[0-9]|50)%$' }, (value) =>
  /^(?:[0-4]?[0-9]|50)%$/.test(value) ? Number(value.slice(0, -1)) / 100 : null,
);

const path = text('the path of a file or folder', '^[^\\u0000]+$');
const line = text('a text of one line', '^[^\\u0000-\\u001f\\u007f-\\u009f]+$');
const address = text('a mail address', '^[^\\s<>@]+@[^\\s<>@]+$');
const NAME = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$';
const name = text('a name of letters, digits, ".", "_" and "-"', NAME);
const listen = text(
  'HOST:PORT, [IPV6]:PORT or unix:PATH',
  '^(?:unix:.+|\\[[0-9A-Fa-f:.]+\\]:[0-9]{1,5}|[^:\\[\\]]+:[0-9]{1,5})$',
);
const proxy = text('HOST:PORT of a SOCKS5 proxy', '^(?:\\[[0-9A-Fa-f:.]+\\]|[^:\\[\\]]+):[0-9]{1,5}$');

export interface RetryFile {
  readonly schedule?: readonly number[];
  readonly jitter?: number;
  readonly delayNoticeAfter?: number;
  readonly keepEnded?: number;
  readonly lifetime?: number;
}

const retry = object<RetryFile>(
  'how long, and how often, a message is tried',
  {
    schedule: filledListOf('the waits between attempts', duration),
    jitter: share,
    delayNoticeAfter: whole(1, 1000),
    keepEnded: duration,
    lifetime: duration,
  },
  [],
);

export interface LimitsFile {
  readonly concurrency?: number;
  readonly perDomain?: number;
  readonly perHost?: number;
  readonly perDomainPerMinute?: number;
  readonly perHostPerMinute?: number;
  readonly messageBytes?: number;
  readonly recipients?: number;
}

const limits = object<LimitsFile>(
  'how much goes on at once, and how large it may be',
  {
    concurrency: whole(1, 10_000),
    perDomain: whole(1, 10_000),
    perHost: whole(1, 10_000),
    perDomainPerMinute: whole(1, 60_000),
    perHostPerMinute: whole(1, 60_000),
    messageBytes: whole(1, 2_000_000_000),
    recipients: whole(1, 100_000),
  },
  [],
);

export interface SocksFile {
  readonly ipv4?: string;
  readonly ipv6?: string;
}

interface ProxyFile {
  readonly socks?: string | SocksFile;
  readonly socksUser?: string;
  readonly socksPasswordFile?: string;
}

export type TransportFile =
  | ({ readonly kind: 'direct' } & ProxyFile)
  | { readonly kind: 'fail'; readonly status: string; readonly text: string }
  | {
      readonly kind: 'relay';
      readonly host: string;
      readonly port?: number;
      readonly tls?: RelayTls;
      readonly verify?: RelayVerify;
      readonly user?: string;
      readonly passwordFile?: string;
      readonly mechanisms?: readonly AuthMechanism[];
    };
type Of<K extends TransportFile['kind']> = Extract<TransportFile, { kind: K }>;

const direct = object<Of<'direct'>>(
  'a transport to the hosts of each domain',
  {
    kind: oneOf('direct'),
    socks: either(
      'a SOCKS5 proxy, or one for each address family',
      proxy,
      object<SocksFile>('a SOCKS5 proxy for each address family', { ipv4: proxy, ipv6: proxy }, []),
    ),
    socksUser: line,
    socksPasswordFile: path,
  },
  ['kind'],
);
const relay = object<Of<'relay'>>(
  'a transport to a host that takes mail for others',
  {
    kind: oneOf('relay'),
    host: text('a host name in lower-case A-labels, or an IP address', '^[0-9a-z._:-]{1,253}$'),
    port: whole(1, 65_535),
    tls: oneOf(...RELAY_TLS),
    verify: oneOf(...RELAY_VERIFY),
    user: line,
    passwordFile: path,
    mechanisms: filledListOf('SASL mechanisms, the most wanted first', oneOf(...AUTH_MECHANISMS)),
  },
  ['kind', 'host'],
);
const fail = object<Of<'fail'>>(
  'a transport by which mail fails',
  {
    kind: oneOf('fail'),
    status: text('an enhanced status of class 4 or 5', '^[45]\\.[0-9]{1,3}\\.[0-9]{1,3}$'),
    text: line,
  },
  ['kind', 'status', 'text'],
);
const transport: Shape<TransportFile> = {
  codec: tagged<TransportFile, 'kind'>('a transport', 'kind', {
    direct: direct.codec,
    relay: relay.codec,
    fail: fail.codec,
  }),
  schema: { oneOf: [direct.schema, relay.schema, fail.schema] },
};

export interface RouteFile {
  readonly to?: readonly string[];
  readonly from?: readonly string[];
  readonly account?: readonly string[];
  readonly attempts?: string;
  readonly transport: string;
}

const route = object<RouteFile>(
  'a route',
  {
    to: listOf('recipient domains', text('a domain, .domain for all below it, or [ADDRESS]', '^[^\\s@]+$')),
    from: listOf('senders', text('a domain, .domain, an address or <>', '^[^\\s]+$')),
    account: listOf('names of users', line),
    attempts: text(
      'attempts such as ">=4", "4" or "2-4"',
      '^(?:(?:>=|<=|=)? ?[1-9][0-9]{0,5}|> ?[1-9][0-9]{0,5}|< ?(?:[2-9]|[1-9][0-9]{1,5})|[1-9][0-9]{0,5} ?- ?[1-9][0-9]{0,5})$',
    ),
    transport: name,
  },
  ['transport'],
);

export interface UserFile {
  readonly name: string;
  readonly passwordFile: string;
  readonly from?: readonly string[];
  readonly recipientsPerHour?: number;
}

const user = object<UserFile>(
  'a user',
  {
    name: line,
    passwordFile: path,
    from: listOf('addresses and domains that he writes from', text('an address or a domain', '^[^\\s]+$')),
    recipientsPerHour: whole(1, 100_000_000),
  },
  ['name', 'passwordFile'],
);

export interface WebhookFile {
  readonly url: string;
  readonly events?: readonly WebhookEvent[];
  readonly secretFile?: string;
}

const webhook = object<WebhookFile>(
  'who is told what becomes of messages',
  {
    url: text('an https URL, or an http URL of this host', '^https?://[^\\s]+$'),
    events: filledListOf('events', oneOf(...WEBHOOK_EVENTS)),
    secretFile: path,
  },
  ['url'],
);

const domainPattern = '(?!(?:.*\\.)?[0-9]+$)(?!-)[a-z0-9-]{1,63}(?<!-)(?:\\.(?!-)[a-z0-9-]{1,63}(?<!-))*';
const ruleSchema: Schema = {
  type: 'object',
  description: 'what is demanded of a destination, by whom and why',
  properties: {
    destination: { type: 'string', pattern: `^(?:\\*|\\.?${domainPattern})$` },
    demand: { enum: ['none', 'encrypt', 'verify', 'dane'] },
    relay: {
      type: 'object',
      properties: {
        host: { type: 'string', pattern: `^${domainPattern}$` },
        port: { type: 'integer', minimum: 1, maximum: 65_535 },
      },
      required: ['host', 'port'],
      additionalProperties: false,
    },
    owner: { type: 'string', pattern: '\\S' },
    reason: { type: 'string', pattern: '\\S' },
    expiresAt: { type: ['string', 'null'], description: 'a date such as 2027-01-31, or null' },
  },
  required: ['destination', 'demand', 'owner', 'reason', 'expiresAt'],
  additionalProperties: false,
};
const destinations: Shape<readonly DestinationRule[]> = {
  codec: DestinationRules,
  schema: { type: 'array', items: ruleSchema },
};

const dkimKeys = listOf(
  'DKIM keys',
  object<DkimKeyConfig>('a DKIM key', { file: path, selector: text('a selector', '^[A-Za-z0-9._-]+$') }, [
    'file',
    'selector',
  ]),
);

export interface TlsReportsFile {
  readonly organization: string;
  readonly from: string;
  readonly dkimKeys?: readonly DkimKeyConfig[];
}

export interface ConfigFile {
  readonly retry?: RetryFile;
  readonly limits?: LimitsFile;
  readonly postmaster?: string;
  readonly suppress?: { readonly gone?: number };
  readonly notices?: { readonly dkimKeys?: readonly DkimKeyConfig[] };
  readonly transports?: Readonly<Record<string, TransportFile>>;
  readonly routes?: readonly RouteFile[];
  readonly destinations?: readonly DestinationRule[];
  readonly users?: readonly UserFile[];
  readonly webhooks?: readonly WebhookFile[];
  readonly tlsReports?: TlsReportsFile;
  readonly state?: string;
  readonly database?: string;
  readonly listen?: readonly string[];
  readonly tlsListen?: readonly string[];
  readonly lmtpListen?: readonly string[];
  readonly admin?: { readonly listen: string; readonly tokenFile: string };
  readonly metrics?: string;
  readonly journals?: string;
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
}

/** The whole file. */
export const configShape: Shape<ConfigFile> = object<ConfigFile>(
  'the configuration of waxseal serve',
  {
    retry,
    limits,
    postmaster: address,
    suppress: object<NonNullable<ConfigFile['suppress']>>(
      'who is written to no more',
      { gone: duration },
      [],
    ),
    notices: object<NonNullable<ConfigFile['notices']>>('how notices are sent', { dkimKeys }, []),
    transports: named('transports by name', NAME, transport),
    routes: listOf('routes, of which the first that matches counts', route),
    destinations,
    users: listOf('users', user),
    webhooks: listOf('webhooks', webhook),
    tlsReports: object<TlsReportsFile>(
      'in whose name TLS reports are sent',
      {
        organization: line,
        from: address,
        dkimKeys,
      },
      ['organization', 'from'],
    ),
    state: path,
    database: text('the address of a PostgreSQL database', '^postgres(?:ql)?://.+$'),
    listen: listOf('where mail is taken by SMTP', listen),
    tlsListen: listOf('where mail is taken under TLS from the first octet on', listen),
    lmtpListen: listOf('where mail is taken by LMTP, at this host', listen),
    admin: object('the admin interface', { listen, tokenFile: path }, ['listen', 'tokenFile']),
    metrics: listen,
    journals: path,
    tls: object('the certificate of the listeners', { certFile: path, keyFile: path }, [
      'certFile',
      'keyFile',
    ]),
  },
  [],
);

/** The JSON Schema of the file, as it is in the package. */
export function configSchema(): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'waxseal serve',
    ...configShape.schema,
  };
}
