/*
 * What is said of each setting: what it is for, what each of its words means, and why the default is what it is. A setting
 * without all of that does not compile.
 */
import type { DestinationRule } from './local/destination.js';
import type { Deadlines, Settings } from './settings.js';

/** Of a setting with words each one, of any other what it takes. */
type Values<V> = V extends string
  ? string extends V
    ? { readonly takes: string }
    : { readonly words: { readonly [W in V]: string } }
  : { readonly takes: string };

export type SettingGuide<V = unknown> = Values<V> & {
  readonly about: string;
  /** Why the default is what it is. */
  readonly reason: string;
};

const PORT = 'a port, 1 to 65535';
const MILLISECONDS = 'milliseconds, 1 to 86400000';

export const SETTINGS_GUIDE: {
  readonly [K in Exclude<keyof Settings, 'deadlines'>]: SettingGuide<Settings[K]>;
} = {
  port: {
    about: 'TCP port of mail hosts; also the port in the names of TLSA records (RFC 7672, Section 2.2.3).',
    takes: PORT,
    reason: 'Mail between domains goes to port 25 (RFC 5321, Section 4.5.4.2).',
  },
  httpsPort: {
    about: 'TCP port of MTA-STS policy hosts.',
    takes: PORT,
    reason: 'A policy is fetched by HTTPS (RFC 8461, Section 3.3).',
  },
  helo: {
    about: 'The name given in EHLO (RFC 5321, Section 4.1.1.1).',
    takes: 'a complete host name, or an address literal such as "[192.0.2.1]"',
    reason: "The command says this host's own name instead, where that is a complete one.",
  },
  ownHosts: {
    about:
      "Names of MX records that lead to this mail system itself: a domain's hosts are tried only as long as they are preferred to these (RFC 5321, Section 5.1).",
    takes: 'a list of host names, in lower-case A-labels',
    reason:
      'Waxseal takes no mail for other domains, so that only who runs it beside a backup mail host has any.',
  },
  whenDanePasses: {
    about:
      'Whether an enforced MTA-STS policy still demands a certificate where DANE authenticates the host.',
    words: {
      'require-sts': 'Both must be met.',
      'skip-pkix': 'DANE stands in for the certificate, but never for the list of MX hosts.',
    },
    reason: 'The two are demands of their own; meeting one does not lift the other (RFC 8461, Section 2).',
  },
  halfDane: {
    about: 'Whether TLSA records count where the MX records that named the host are not validated by DNSSEC.',
    words: { use: 'They count.', ignore: 'Only a wholly proven way counts.' },
    reason: 'RFC 7672, Section 2.2.1, allows it, and it leaves an attacker nothing but the choice of host.',
  },
  stsLookupFailure: {
    about: 'What to do if the TXT lookup for MTA-STS fails and no policy is kept.',
    words: { defer: 'The mail waits.', proceed: 'The mail goes as if there were no policy.' },
    reason: 'There may be a policy; waiting costs little, and whoever breaks one lookup gains nothing.',
  },
  cleartextRetry: {
    about: 'Whether a session that nobody demanded TLS of is tried again in clear after TLS failed.',
    words: {
      'at-once': 'On a new connection, at once.',
      after: 'From the second attempt at the message on.',
      never: 'The mail waits until TLS works.',
    },
    reason:
      'Nothing was promised, and mail is better delivered in clear than not at all (RFC 7435, Section 3).',
  },
  tlsRequiredNo: {
    about: 'Whether "TLS-Required: No" in a message is honoured (RFC 8689, Section 3).',
    words: {
      honour: "The message sets the recipient's policies aside, never the rules for destinations.",
      ignore: 'It is delivered like any other message.',
    },
    reason: 'The sender would rather have it delivered than protected, and says so in the message.',
  },
  requireTlsTestingPolicy: {
    about: 'Whether an MTA-STS policy in mode testing may name the host of a REQUIRETLS message.',
    words: {
      refuse: 'It promises nothing, so the message may not go there for its sake.',
      accept: 'It may, and is then enforced whole for that message.',
    },
    reason: 'A policy under test promises nothing (RFC 8461, Section 5).',
  },
  requireTlsSecureMx: {
    about:
      'Whether MX records validated by DNSSEC, with a valid certificate of the host, are enough for a REQUIRETLS message.',
    words: { accept: 'They are.', refuse: 'Only DANE or an enforced MTA-STS policy is.' },
    reason: 'RFC 8689, Section 4.2.1, asks for a validated name and an authenticated host; this is both.',
  },
  withoutEightBitMime: {
    about: 'What becomes of a message with octets beyond ASCII at a server that does not offer 8BITMIME.',
    words: {
      return: 'Other hosts are tried; it is returned (5.6.3) where none takes it.',
      send: 'It is sent as it is, as most mail systems do.',
    },
    reason: 'RFC 6152, Section 3, has it converted or returned, and what is converted loses its signatures.',
  },
  privateAddresses: {
    about: 'Whether loopback, private and other special addresses of mail and policy hosts are connected to.',
    words: { refuse: 'They are left out.', allow: 'They are connected to.' },
    reason: 'What a stranger names must not make us talk to our own network.',
  },
  addressRacing: {
    about: 'Whether a second address of a host is dialled while the first has not answered (RFC 8305).',
    words: { off: 'One address after the other.', on: 'The first to be connected is talked to.' },
    reason: 'One connection at a time is what servers that count connections like best.',
  },
  addressRacingDelayMs: {
    about: 'How long the first address has the field to itself where addresses are raced.',
    takes: 'milliseconds, 0 to 60000',
    reason: 'RFC 8305, Section 5, recommends it.',
  },
  destinations: {
    about: 'The rules for destinations.',
    takes: 'a list of rules',
    reason: 'Nobody knows what is to be demanded of whom but you.',
  },
  stsFetchBackoffSeconds: {
    about: 'How long a failed fetch of a policy is remembered for the same id.',
    takes: 'seconds, 1 to 86400',
    reason: 'RFC 8461, Section 3.3, suggests five minutes, so that the policy host is not hammered.',
  },
  candidatesMax: {
    about: 'How many hosts of a domain are tried in one attempt; those that no attempt has come to go first.',
    takes: 'a number, 1 to 1000',
    reason: 'An attempt has to end, whatever a domain publishes.',
  },
  addressesMax: {
    about: 'How many addresses of one host are tried in one attempt; both families keep a place.',
    takes: 'a number, 1 to 1000',
    reason: 'An attempt has to end, whatever a host publishes.',
  },
};

export const DEADLINES_GUIDE: { readonly [K in keyof Deadlines]: SettingGuide<Deadlines[K]> } = {
  dnsMs: {
    about: 'How long the answer to a DNS question may take, with all its repetitions.',
    takes: MILLISECONDS,
    reason: 'A resolver that has to ask far away needs some seconds; one that needs more has failed.',
  },
  policyFetchMs: {
    about: 'How long the fetch of an MTA-STS policy may take.',
    takes: MILLISECONDS,
    reason: 'RFC 8461, Section 3.3, suggests one minute.',
  },
  connectMs: {
    about: 'How long a connection may take to be made.',
    takes: MILLISECONDS,
    reason: 'Whoever is there answers within some seconds, and there may be other addresses.',
  },
  greetingMs: {
    about: 'How long the greeting may take, once there is a connection.',
    takes: MILLISECONDS,
    reason: 'RFC 5321, Section 4.5.3.2.1, gives it five minutes: a busy server accepts and waits.',
  },
  commandMs: {
    about: 'How long the reply to EHLO, HELO and STARTTLS may take.',
    takes: MILLISECONDS,
    reason: 'RFC 5321, Section 4.5.3.2, gives most commands five minutes.',
  },
  handshakeMs: {
    about: 'How long a TLS handshake may take.',
    takes: MILLISECONDS,
    reason: 'It is some packets to and fro; the rest is for machines under load.',
  },
  mailMs: {
    about: 'How long the reply to MAIL may take.',
    takes: MILLISECONDS,
    reason: 'RFC 5321, Section 4.5.3.2.2, gives it five minutes.',
  },
  recipientMs: {
    about: 'How long the reply to each RCPT may take.',
    takes: MILLISECONDS,
    reason: 'RFC 5321, Section 4.5.3.2.3, gives it five minutes: lists are looked up and mailboxes asked.',
  },
  dataMs: {
    about: 'How long the reply to DATA may take.',
    takes: MILLISECONDS,
    reason: 'RFC 5321, Section 4.5.3.2.4, gives it two minutes.',
  },
  dataBlockMs: {
    about: 'How long it may take until a block of the message has gone out.',
    takes: MILLISECONDS,
    reason: 'RFC 5321, Section 4.5.3.2.5, gives each block three minutes; the whole has no time of its own.',
  },
  endOfDataMs: {
    about: 'How long the reply to the final dot may take.',
    takes: MILLISECONDS,
    reason:
      'RFC 5321, Section 4.5.3.2.6, gives it ten minutes: who gives up early gets a message delivered twice.',
  },
  quitMs: {
    about: 'How long the reply to QUIT is waited for.',
    takes: MILLISECONDS,
    reason: 'Everything is decided by then.',
  },
};

/** How rules for destinations are written, and what each comes to. */
export const DESTINATION_EXAMPLES: readonly {
  readonly about: string;
  readonly rule: Omit<DestinationRule, 'expiresAt'> & { readonly expiresAt: string | null };
}[] = [
  {
    about: 'A partner must prove who answers, by DANE or by certificate, and at that domain only.',
    rule: {
      destination: 'partner.example',
      demand: 'verify',
      owner: 'mail@example.org',
      reason: 'contract of 2026',
      expiresAt: null,
    },
  },
  {
    about: 'A domain and everything below it get no mail in clear, until the rule is looked at again.',
    rule: {
      destination: '.health.example',
      demand: 'encrypt',
      owner: 'privacy@example.org',
      reason: 'personal data',
      expiresAt: '2027-01-31',
    },
  },
  {
    about: 'DANE or nothing: without TLSA records that can be used the mail waits.',
    rule: {
      destination: 'bank.example',
      demand: 'dane',
      owner: 'mail@example.org',
      reason: 'they publish records and want them used',
      expiresAt: null,
    },
  },
  {
    about: 'All other mail goes through a relay, which must prove itself too.',
    rule: {
      destination: '*',
      demand: 'verify',
      relay: { host: 'relay.example', port: 587 },
      owner: 'mail@example.org',
      reason: 'our provider lets no other mail out',
      expiresAt: null,
    },
  },
];

export const DEMANDS_GUIDE: { readonly [D in DestinationRule['demand']]: string } = {
  none: 'Nothing beyond what the recipient asks for.',
  encrypt: 'TLS, with whoever answers.',
  verify:
    'TLS with a host that proves itself, by DANE or by certificate, under a name that can be believed; else by a certificate for the domain.',
  dane: 'TLSA records that can be used, along a way validated by DNSSEC, and a match (RFC 7672, Section 2.2).',
};
