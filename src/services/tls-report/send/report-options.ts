/* What callers give the senders of reports. What only reading it shows (whose mail address the contact is) is in the settings. */
import { Clock, Count, TimeMs, TlsReportStoreCodec } from '../../../effects/codecs/arguments.codec.js';
import { having, methods, strictObject } from '../../../effects/codecs/strict-object.js';
import { callable, Line, listOf, oneOf, Signal, such, Text } from '../../../effects/codecs/values.js';
import { checked } from '../../../effects/misuse.js';
import type { Adapters } from '../../../effects/ports.js';
import type { TlsReportStore, UtcDay } from '../../../effects/stores.js';
import type { Engine } from '../../../engine/engine.js';
import type { Settings } from '../../../policy/settings.js';
import type { Spread } from '../../../policy/tls-report/send/schedule.js';
import { type DkimKey, DkimKeyCodec } from '../../dkim/index.js';
import type { PostReport } from './post-report.js';

/** How reports are sent, and in whose name. */
export interface ReportSettings {
  /** Who is responsible for the reports (RFC 8460, Section 4.4). */
  readonly organizationName: string;
  /** A mail address, the sender of the reports; its domain is their submitter, and signs them. */
  readonly contactInfo: string;
  /** Each of them signs. Without one nothing is mailed. */
  readonly keys: readonly DkimKey[];
  /** Tells senders with a store each, and the same submitter, apart; nodes that share a store say the same. Default: "". */
  readonly source?: string;
  /** Default: over the hours after midnight. */
  readonly spread?: Spread;
  /** Endpoints that cannot prove their name get the report all the same (RFC 8460, Section 3): default `accept`. */
  readonly untrustedEndpoints?: 'accept' | 'refuse';
  /** Whether endpoints may be in our own network. Default: `refuse`. */
  readonly privateAddresses?: Settings['privateAddresses'];
  /** Reports in the making at the same time. Default 8. */
  readonly reportsAtOnceMax?: number;
  /** Reports that one pass sends or gives up; those that only wait are not counted. Default 10,000. */
  readonly reportsMax?: number;
  /** Milliseconds for one attempt at a report, all its endpoints together. Default: three minutes; nine at most. */
  readonly attemptMsMax?: number;
  /** Reports that one host gets in an hour, whoever names it. Default 1000. */
  readonly perHostMax?: number;
  /** Milliseconds. */
  readonly deadlines?: { readonly dnsMs: number; readonly postMs: number };
}

/** What a sender of reports needs of the world. */
export interface ReportPorts {
  readonly store: TlsReportStore;
  readonly dns: Pick<Adapters, 'dns.txt' | 'dns.addresses'>;
  /** Carries the mail, with settings of its own. */
  readonly engine: Pick<Engine, 'deliver'>;
  readonly https: PostReport;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Which reports are meant; those that are not said are all. */
export interface ReportChoice {
  readonly day?: UtcDay;
  /** Lower-case A-labels. */
  readonly domain?: string;
}

const DnsCodec = methods<ReportPorts['dns']>('adapters for DNS', { 'dns.txt': true, 'dns.addresses': true });

const PreviewPortsCodec = having<Pick<ReportPorts, 'store' | 'dns' | 'clock'>>(
  'an object with store, dns and clock',
  { store: TlsReportStoreCodec, dns: DnsCodec, clock: Clock },
);

const PortsCodec = having<ReportPorts>('an object with store, dns, engine, https and clock', {
  store: TlsReportStoreCodec,
  dns: DnsCodec,
  engine: methods<ReportPorts['engine']>('an engine', { deliver: true }),
  https: callable(),
  clock: Clock,
});

const KeyPortsCodec = having<Pick<ReportPorts, 'dns'>>('an object with dns', { dns: DnsCodec });

const SettingsCodec = strictObject<ReportSettings>(
  'an object with settings',
  {
    organizationName: Line,
    contactInfo: Text,
    keys: listOf('a list of keys', DkimKeyCodec),
    source: Text,
    spread: oneOf('night', 'none'),
    untrustedEndpoints: oneOf('accept', 'refuse'),
    privateAddresses: oneOf('allow', 'refuse'),
    reportsAtOnceMax: Count,
    reportsMax: Count,
    attemptMsMax: TimeMs,
    perHostMax: Count,
    deadlines: strictObject<NonNullable<ReportSettings['deadlines']>>('{ dnsMs, postMs }', {
      dnsMs: TimeMs,
      postMs: TimeMs,
    }),
  },
  ['organizationName', 'contactInfo', 'keys'],
);

const Day = such(
  'a day like 2026-05-01',
  (value): value is string => typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value),
);
const ChoiceCodec = strictObject<ReportChoice>('{ day, domain }', { day: Day, domain: Text }, []);

/** Throws a {@link MisuseError} for what no report can be sent with. */
export function checkSending(ports: ReportPorts, signal: AbortSignal, choice: ReportChoice = {}): void {
  checked(PortsCodec, ports, 'WAXSEAL_BAD_OPTIONS', 'ports');
  checkChoice(signal, choice);
}

/** Throws a {@link MisuseError}. */
export function checkPreviewing(
  ports: Pick<ReportPorts, 'store' | 'dns' | 'clock'>,
  signal: AbortSignal,
  choice: ReportChoice,
): void {
  checked(PreviewPortsCodec, ports, 'WAXSEAL_BAD_OPTIONS', 'ports');
  checkChoice(signal, choice);
}

function checkChoice(signal: AbortSignal, choice: ReportChoice): void {
  checked(Signal, signal, 'WAXSEAL_BAD_OPTIONS', 'signal');
  checked(ChoiceCodec, choice, 'WAXSEAL_BAD_OPTIONS', 'choice');
}

/** Throws a {@link MisuseError}. */
export function checkKeyPorts(ports: Pick<ReportPorts, 'dns'>, signal: AbortSignal): void {
  checked(KeyPortsCodec, ports, 'WAXSEAL_BAD_OPTIONS', 'ports');
  checked(Signal, signal, 'WAXSEAL_BAD_OPTIONS', 'signal');
}

/** Throws a {@link MisuseError}. */
export function checkReportSettings(settings: ReportSettings): void {
  checked(SettingsCodec, settings, 'WAXSEAL_BAD_OPTIONS', 'settings');
}
