/*
 * Settings as an operator writes them. Nothing is guessed: a misspelt key or word, or a number out of its bounds, is a
 * problem with its path, because a setting that silently does not apply could be a demand that silently is not made.
 */
import * as t from 'io-ts';
import type { DestinationRule, Relay } from '../../policy/local/destination.js';
import { parseHostName } from '../../policy/names/domain-name.js';
import { parseAddressLiteral } from '../../policy/names/ip-address.js';
import {
  DEFAULT_SETTINGS,
  type Deadlines,
  PROFILES,
  type ProfileName,
  type Settings,
  settingsOf,
} from '../../policy/settings.js';
import { readIsoDate } from './iso-date.js';
import { type Decoded, decodeWith, parseJson } from './result.js';
import { described, schemaOf } from './schema.js';
import { type Fields, strictObject } from './strict-object.js';
import { type Codec, listOf, oneOf, such, wholeFrom } from './values.js';

/** The longest settings text that is read: 1 MiB. */
export const SETTINGS_LENGTH_MAX = 1_048_576;

/** Some settings: of the deadlines, too, only those that differ. */
interface OwnSettings extends Partial<Omit<Settings, 'deadlines'>> {
  readonly deadlines?: Partial<Deadlines>;
}

interface SettingsFile extends OwnSettings {
  /** What the others are laid upon; default `rfc`. */
  readonly profile?: ProfileName;
}

/** Reads an operator's settings in JSON: a profile, and what differs from it. Never throws. */
export function parseSettings(text: string): Decoded<Settings> {
  const json = parseJson(text, SETTINGS_LENGTH_MAX);
  return json.ok ? decodeSettings(json.value) : json;
}

/** As {@link parseSettings}, of a value that is already in memory. Never throws. */
export function decodeSettings(value: unknown): Decoded<Settings> {
  const decoded = decodeWith(SettingsFileCodec, value);
  if (!decoded.ok) return decoded;
  const { profile = 'rfc', ...own } = decoded.value;
  return { ok: true, value: settingsOf(profile, withAllDeadlines(own, settingsOf(profile).deadlines)) };
}

/** Settings that differ from some others. The end of a rule may be given in milliseconds since 1970, too. Never throws. */
export function decodePartialSettings(value: unknown): Decoded<Partial<Settings>> {
  return decodeWith(PartialSettingsCodec, value);
}

/** The words of each setting that has words. */
export const SETTING_WORDS = {
  whenDanePasses: oneOf('require-sts', 'skip-pkix'),
  halfDane: oneOf('use', 'ignore'),
  stsLookupFailure: oneOf('defer', 'proceed'),
  cleartextRetry: oneOf('at-once', 'after', 'never'),
  tlsRequiredNo: oneOf('honour', 'ignore'),
  requireTlsTestingPolicy: oneOf('refuse', 'accept'),
  requireTlsSecureMx: oneOf('accept', 'refuse'),
  withoutEightBitMime: oneOf('return', 'send'),
  privateAddresses: oneOf('refuse', 'allow'),
  addressRacing: oneOf('off', 'on'),
};

/** What an operator may demand of a destination. */
export const DEMAND = oneOf('none', 'encrypt', 'verify', 'dane');

const DAY_SECONDS = 86_400;
const Port = wholeFrom(1, 65_535);
const DeadlineMs = wholeFrom(1, DAY_SECONDS * 1000);
const NotBlank = such(
  'a text that is not blank',
  (value): value is string => isText(value) && value.trim() !== '',
  { type: 'string', pattern: '\\S' },
);
const Helo = such(
  'a complete host name, or an address literal such as "[192.0.2.1]"',
  (value): value is string => isText(value) && isHelo(value),
  { type: 'string' },
);
const Destination = such(
  '"*", or a domain or "." and a domain, in lower-case A-labels',
  (value): value is string => isText(value) && isDestination(value),
  { type: 'string' },
);

const HostName = such(
  'a host name in lower-case A-labels',
  (value): value is string => isText(value) && parseHostName(value) === value,
  { type: 'string' },
);

const RelayCodec = strictObject<Relay>('a relay', { host: HostName, port: Port });

const DeadlinesCodec = strictObject<Partial<Deadlines>>(
  'deadlines',
  {
    dnsMs: DeadlineMs,
    policyFetchMs: DeadlineMs,
    connectMs: DeadlineMs,
    greetingMs: DeadlineMs,
    commandMs: DeadlineMs,
    handshakeMs: DeadlineMs,
    mailMs: DeadlineMs,
    recipientMs: DeadlineMs,
    dataMs: DeadlineMs,
    dataBlockMs: DeadlineMs,
    endOfDataMs: DeadlineMs,
    quitMs: DeadlineMs,
  },
  [],
);

function fieldsOf(expiresAt: Codec<number | null>): Fields<OwnSettings> {
  const Rule = strictObject<DestinationRule>(
    'a rule for a destination',
    {
      destination: Destination,
      demand: DEMAND,
      relay: RelayCodec,
      owner: NotBlank,
      reason: NotBlank,
      expiresAt,
    },
    ['destination', 'demand', 'owner', 'reason', 'expiresAt'],
  );
  return {
    ...SETTING_WORDS,
    port: Port,
    httpsPort: Port,
    helo: Helo,
    ownHosts: listOf('a list of host names in lower-case A-labels', HostName),
    destinations: listOf('a list of rules for destinations', Rule),
    addressRacingDelayMs: wholeFrom(0, 60_000),
    stsFetchBackoffSeconds: wholeFrom(1, DAY_SECONDS),
    candidatesMax: wholeFrom(1, 1000),
    addressesMax: wholeFrom(1, 1000),
    deadlines: DeadlinesCodec,
  };
}

const DATE_OR_NULL = 'a date such as "2027-01-31" or "2027-01-31T12:00:00Z", or null';

const SettingsFileCodec = strictObject<SettingsFile>(
  'settings',
  {
    profile: oneOf(...(Object.keys(PROFILES) as ProfileName[])),
    ...fieldsOf(expiry(DATE_OR_NULL, () => false)),
  },
  [],
);

/** Rules for destinations as an operator writes them. */
export const DestinationRules = fieldsOf(expiry(DATE_OR_NULL, () => false)).destinations;

const OwnSettingsCodec = strictObject<OwnSettings>(
  'settings',
  fieldsOf(expiry(`${DATE_OR_NULL}, or milliseconds since 1970`, Number.isSafeInteger)),
  [],
);

/** See {@link decodePartialSettings}; for use within other codecs. */
export const PartialSettingsCodec: Codec<Partial<Settings>> = described(
  new t.Type<Partial<Settings>, unknown, unknown>(
    OwnSettingsCodec.name,
    (value): value is Partial<Settings> => OwnSettingsCodec.is(value),
    (value, context) => {
      const decoded = OwnSettingsCodec.validate(value, context);
      return decoded._tag === 'Left'
        ? decoded
        : t.success(withAllDeadlines(decoded.right, DEFAULT_SETTINGS.deadlines));
    },
    t.identity,
  ),
  () => schemaOf(OwnSettingsCodec),
);

function withAllDeadlines({ deadlines, ...own }: OwnSettings, others: Deadlines): Partial<Settings> {
  return deadlines === undefined ? own : { ...own, deadlines: { ...others, ...deadlines } };
}

function expiry(name: string, isTime: (value: unknown) => boolean): Codec<number | null> {
  const own = new t.Type<number | null, unknown, unknown>(
    name,
    (value): value is number | null => value === null || typeof value === 'number',
    (value, context) => {
      if (value === null || isTime(value)) return t.success(value as number | null);
      const time = isText(value) ? readIsoDate(value) : null;
      return time === null ? t.failure(value, context) : t.success(time);
    },
    t.identity,
  );
  return described(own, () => ({ description: name, type: ['string', 'integer', 'null'] }));
}

function isHelo(text: string): boolean {
  const literal = /^\[([^[\]]+)\]$/.exec(text);
  return literal === null
    ? isHostName(text) && text.includes('.')
    : parseAddressLiteral(literal[1]!) !== null;
}

function isDestination(text: string): boolean {
  const name = text.startsWith('.') ? text.slice(1) : text;
  return text === '*' || (isHostName(name) && name === name.toLowerCase());
}

function isHostName(text: string): boolean {
  return !text.endsWith('.') && parseHostName(text) !== null;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
