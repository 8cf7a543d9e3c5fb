/*
 * What a look at a domain from outside brings home: answers as they came, by host and by address. Nothing is judged here.
 */
import type { PeerFacts } from '../certificate/facts.js';
import type { TlsaAnswer } from '../dane/tlsa.js';
import type { AddressesAnswer, CnameAnswer, MxAnswer, TxtAnswer } from '../dns/answer.js';
import type { FetchAnswer } from '../mta-sts/fetch.js';
import type { LostCause, Reply } from '../smtp/reply.js';

export interface DomainFacts {
  /** Lower-case A-labels. */
  readonly domain: string;
  /** TCP port of the mail hosts, which is part of the names of their TLSA records. */
  readonly port: number;
  /** `not-believed`: the resolver's AD bit counts for nothing here, so nothing at all can be secure. */
  readonly validation: 'believed' | 'not-believed';
  readonly mx: MxAnswer;
  /** TXT at the domain itself; asked for only where it has a null MX. */
  readonly txt: TxtAnswer | null;
  /** In order of preference, bounded. */
  readonly hosts: readonly HostFacts[];
  /** MX hosts beyond the bound. */
  readonly hostsLeftOut: readonly string[];
  readonly sts: StsFacts;
  /** TXT at `_smtp._tls.DOMAIN`. */
  readonly tlsReport: TxtAnswer;
}

export interface HostFacts {
  readonly host: string;
  readonly source: 'mx' | 'implicit';
  readonly addresses: AddressesAnswer;
  /** Asked for only where the host is an alias and its addresses are not secure (RFC 7672, Section 2.2.2). */
  readonly alias: CnameAnswer | null;
  /** In the order in which a sender would ask, signed or not. */
  readonly tlsa: readonly { readonly baseDomain: string; readonly answer: TlsaAnswer }[];
  /** One for each address, in the order to try them. */
  readonly visits: readonly { readonly address: string; readonly visit: Visit }[];
  /** More visits to the first address that spoke TLS, with other server names or none. */
  readonly probes: readonly {
    readonly address: string;
    readonly serverName: string | null;
    readonly visit: Visit;
  }[];
}

/** How far a connection to one address came. */
export type Visit =
  | { readonly kind: 'left-out'; readonly cause: 'private-address' | 'bound' }
  | {
      readonly kind: 'not-connected';
      readonly cause: 'refused' | 'timeout' | 'unreachable' | 'reset' | 'proxy' | 'other';
    }
  | { readonly kind: 'lost'; readonly stage: 'greeting' | 'hello'; readonly cause: LostCause }
  | { readonly kind: 'rejected'; readonly stage: 'greeting' | 'hello'; readonly reply: Reply }
  | { readonly kind: 'no-starttls' }
  | {
      readonly kind: 'tls-failed';
      readonly outcome: 'injected' | 'refused' | 'refused-for-now' | 'handshake-failed';
      /** The reply code or the library's own code. */
      readonly code: string;
    }
  | {
      readonly kind: 'secured';
      /** As the TLS library names them. */
      readonly protocol: string;
      readonly cipher: string;
      readonly peer: PeerFacts;
      /** Whether EHLO after TLS lists REQUIRETLS (RFC 8689, Section 2). */
      readonly requireTls: 'offered' | 'missing';
    };

export interface StsFacts {
  /** TXT at `_mta-sts.DOMAIN`. */
  readonly record: TxtAnswer;
  /** `mta-sts.DOMAIN`. */
  readonly policyHost: string;
  readonly addresses: AddressesAnswer;
  /** Null: there was no address that may be connected to. */
  readonly fetch: FetchAnswer | null;
}
