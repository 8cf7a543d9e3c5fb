/* The ways that mail may take from here, as the operator names them. No password stands in any of them: who needs one is given it by name. */

/** A way that mail takes: to the hosts of its domain, to one host that takes it for others, or none at all. */
export type Transport = DirectTransport | RelayTransport | FailTransport;

/** To the hosts that the domain names (RFC 5321, Section 5.1). */
export interface DirectTransport {
  readonly kind: 'direct';
  /** Proxies in front of it, by address family; a family without one is dialled from here. Default: none. */
  readonly socks?: SocksByFamily;
}

/** Which proxy addresses of a family are dialled through. */
export interface SocksByFamily {
  readonly ipv4?: SocksProxy;
  readonly ipv6?: SocksProxy;
}

/** Proxies by the name of their transport, which is also the name by which a password is asked for. */
export interface NamedSocks extends SocksByFamily {
  readonly name: string;
}

/** A SOCKS5 proxy (RFC 1928). It is given addresses and never names, so that what DNSSEC proved stays proved. */
export interface SocksProxy {
  /** An IP address. */
  readonly address: string;
  readonly port: number;
  /** Name given to it (RFC 1929); default: none is. */
  readonly user?: string;
}

/** When a relay is spoken to under TLS: from the first octet (RFC 8314), by STARTTLS or not at all, by STARTTLS where it is offered, never. */
export const RELAY_TLS = ['implicit', 'starttls', 'opportunistic', 'none'] as const;
export type RelayTls = (typeof RELAY_TLS)[number];

/** How a relay proves who it is: by DANE, by a certificate for its name, by either, or not. */
export const RELAY_VERIFY = ['dane', 'pkix', 'dane-or-pkix', 'none'] as const;
export type RelayVerify = (typeof RELAY_VERIFY)[number];

/** SASL mechanisms, by their registered names in lower case, the strongest first. */
export const AUTH_MECHANISMS = [
  'scram-sha-256-plus',
  'scram-sha-256',
  'scram-sha-1-plus',
  'scram-sha-1',
  'cram-md5',
  'oauthbearer',
  'xoauth2',
  'external',
  'plain',
  'login',
] as const;
export type AuthMechanism = (typeof AUTH_MECHANISMS)[number];

/** To one host that takes mail for others: a smart host, or a submission server. */
export interface RelayTransport {
  readonly kind: 'relay';
  /** A name in lower-case A-labels, for which no MX records are looked up, or an IP address. It is also whom the relay has to prove to be. */
  readonly host: string;
  readonly port: number;
  readonly tls: RelayTls;
  readonly verify: RelayVerify;
  /** Who authenticates (RFC 4954); default: nobody does. */
  readonly user?: string;
  /** Those that may be used, the most wanted first; default: {@link DEFAULT_MECHANISMS}. */
  readonly mechanisms?: readonly AuthMechanism[];
}

/** Those that never show the password to the server, the strongest first, and behind them PLAIN, under verified TLS only. */
export const DEFAULT_MECHANISMS: readonly AuthMechanism[] = [
  'scram-sha-256-plus',
  'scram-sha-256',
  'scram-sha-1-plus',
  'scram-sha-1',
  'plain',
];

/** A relay by the name of its transport, which is also the name by which a password is asked for. */
export interface NamedRelay extends RelayTransport {
  readonly name: string;
}

/** To nobody: mail that takes this way fails, with the operator's words. */
export interface FailTransport {
  readonly kind: 'fail';
  /** An enhanced status code (RFC 3463): class 5 returns the mail, class 4 makes it wait. */
  readonly status: string;
  readonly text: string;
}

/** By name. The name `direct` is taken. */
export type Transports = Readonly<Record<string, Transport>>;

/** What is meant by the name `direct`, and where no route says otherwise. */
export const DIRECT_NAME = 'direct';
export const DIRECT: DirectTransport = Object.freeze({ kind: 'direct' });

/** The transport of that name; null: there is none. */
export function transportNamed(name: string, transports: Transports): Transport | null {
  if (name === DIRECT_NAME) return DIRECT;
  return Object.hasOwn(transports, name) ? transports[name]! : null;
}
