import { DsnRequestCodec, ReportResultType } from '../../effects/codecs/attempt.codec.js';
import { type PlacedProblem, placed } from '../../effects/codecs/json-places.js';
import { decodeWith, type Problem, parseJson, refused } from '../../effects/codecs/result.js';
import { type JsonSchema, schemaOf } from '../../effects/codecs/schema.js';
import { PartialSettingsCodec } from '../../effects/codecs/settings.codec.js';
import { dictionary, strictObject } from '../../effects/codecs/strict-object.js';
import { RoutesCodec, TransportsCodec } from '../../effects/codecs/transport.codec.js';
import {
  type Codec,
  filledListOf,
  listOf,
  oneOf,
  orNull,
  such,
  TrueFalse,
  textOf,
  textsOf,
  YesNo,
} from '../../effects/codecs/values.js';
import type { Expectation, Scenario, Step, StopAt } from './scenario.js';
import { contradictionsIn } from './scenario-contradictions.js';
import { ChangeCodec, WorldCodec } from './world.codec.js';

export type ParsedScenario = Parsed<Scenario>;

export type Parsed<S> =
  | { readonly ok: true; readonly scenario: S }
  | { readonly ok: false; readonly problems: readonly PlacedProblem[] };

type Decoded<S> =
  | { readonly ok: true; readonly scenario: S }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The longest text that is read: 1 MiB. */
export const SCENARIO_LENGTH_MAX = 1_048_576;

/**
 * Reads a scenario in JSON. Total; never throws. Misspelt keys and references to nothing are problems, each with the line and the
 * column of what it speaks of.
 */
export function parseScenario(text: string): ParsedScenario {
  return parseBy(decodeScenario, text);
}

/** A scenario, or part of one: its name and its messages may be left out. */
export interface WorldFile extends Pick<Scenario, 'world'>, Partial<Omit<Scenario, 'world' | 'steps'>> {
  readonly steps?: readonly Step[];
}

/** As {@link parseScenario}, for who only wants the world. */
export function parseWorldFile(text: string): Parsed<WorldFile> {
  return parseBy((value) => checkedBy(WorldFileCodec, value), text);
}

function parseBy<S extends WorldFile>(decode: (value: unknown) => Decoded<S>, text: string): Parsed<S> {
  const json = parseJson(text, SCENARIO_LENGTH_MAX);
  const read = json.ok ? decode(json.value) : json;
  if (read.ok) return read;
  const shown = text.length > SCENARIO_LENGTH_MAX ? '{}' : text;
  return { ok: false, problems: placed(shown, read.problems) };
}

/** As {@link parseScenario}, of a value that is already in memory. */
export function decodeScenario(value: unknown): Decoded<Scenario> {
  return checkedBy(ScenarioCodec, value);
}

function checkedBy<S extends WorldFile>(codec: Codec<S>, value: unknown): Decoded<S> {
  const decoded = decodeWith(codec, value);
  if (!decoded.ok) return decoded;
  const problems = contradictionsIn(decoded.value);
  return problems.length > 0 ? refused(problems) : { ok: true, scenario: decoded.value };
}

/** What a scenario file looks like, for editors. References between its parts are beyond it. */
export function scenarioSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A scenario of waxseal: a world, the messages sent into it, and how each is expected to end',
    ...schemaOf(ScenarioCodec),
  };
}

const Count = such('a whole number, 0 or more', (value): value is number => isWhole(value) && value >= 0, {
  type: 'integer',
  minimum: 0,
});
const Milliseconds = such('a whole number', isWhole, { type: 'integer' });
const Attempt = such('a whole number, 1 or more', (value): value is number => isWhole(value) && value >= 1, {
  type: 'integer',
  minimum: 1,
});
const STATUS = '^[245]\\.(?:x|\\d{1,3}\\.(?:x|\\d{1,3}))$';
const Status = such('a status such as "4.7.5", "4.7.x" or "2.x"', isStatus, {
  type: 'string',
  pattern: STATUS,
});

const ROW = 'a row such as "PEER-6"';
const HostName = textOf('the name of a mail host');
const IpAddress = textOf('an IP address');

type Report = NonNullable<Expectation['reports']>[number];
type Detail = NonNullable<Report['details']>[number];

const DetailCodec = strictObject<Detail>(
  'failure details',
  {
    resultType: ReportResultType,
    receivingMxHostname: HostName,
    receivingIp: IpAddress,
    sendingMtaIp: IpAddress,
    failedSessionCount: Count,
    failureReasonCode: textOf('a reason, such as "sts-mx-mismatch"'),
  },
  [],
);

const ReportCodec = strictObject<Report>(
  'a reported policy',
  {
    policyType: oneOf('tlsa', 'sts', 'no-policy-found'),
    policyDomain: textOf('a domain, or a host of TLSA records'),
    policyString: textsOf('a line of the policy, or a TLSA record'),
    mxHost: textsOf('a host name or pattern of the policy'),
    success: Count,
    failure: Count,
    details: listOf('a list of failure details', DetailCodec),
  },
  [],
);

const ExpectationCodec = strictObject<Expectation>(
  'an expectation',
  {
    outcome: oneOf('delivered', 'deferred', 'bounced'),
    status: Status,
    tls: YesNo,
    authentication: oneOf('none', 'pkix', 'dane', 'dane+pkix'),
    cleartextRetry: TrueFalse,
    requireTls: TrueFalse,
    mxSecure: TrueFalse,
    mx: orNull(HostName),
    rows: textsOf(ROW),
    because: textOf(ROW),
    notConnected: textsOf('the ID of a mail host'),
    mailParameters: textsOf('a parameter of MAIL, such as "REQUIRETLS"'),
    recipientParameters: textsOf('a parameter of RCPT, such as "NOTIFY=NEVER"'),
    handedOn: orNull(oneOf('passed-on', 'relayed')),
    reports: listOf('a list of reported policies', ReportCodec),
  },
  ['outcome'],
);

const MessageCodec = strictObject<Step['message']>(
  'a message',
  {
    from: textOf('the sender; "" is the null sender'),
    to: filledListOf('a list of at least one address', textOf('a recipient such as "user@a.example"')),
    requireTls: TrueFalse,
    tlsRequiredNo: TrueFalse,
    eightBit: TrueFalse,
    report: oneOf('none', 'dmarc', 'tls'),
    transport: textOf('the name of a transport'),
    dsn: DsnRequestCodec,
  },
  ['to'],
);

const STOPS = [
  ...(['dns.mx', 'dns.txt', 'dns.addresses', 'dns.cname', 'dns.tlsa', 'random.draw'] as const),
  ...(['policy-cache.read', 'policy-cache.write', 'policy.fetch'] as const),
  ...(['smtp.connect', 'smtp.greeting', 'smtp.hello', 'smtp.starttls', 'tls.handshake'] as const),
  ...(['peer.inspect', 'smtp.auth', 'smtp.send', 'end-of-data'] as const),
] as const satisfies readonly StopAt[];

const StepCodec = strictObject<Step>(
  'a step',
  {
    change: ChangeCodec,
    after: Milliseconds,
    policyCache: oneOf('unreadable'),
    purpose: oneOf('deliver', 'explain', 'refresh-policy'),
    message: MessageCodec,
    attempt: Attempt,
    stop: oneOf(...STOPS),
    deadlineMs: Attempt,
    rows: textsOf(ROW),
    expect: listOf('a list of expectations, which may be empty', ExpectationCodec),
  },
  ['message', 'expect'],
);

const SCENARIO_FIELDS = {
  $schema: textOf('where the schema of such files is'),
  name: textOf('what the story is about'),
  refs: textsOf('the id of a requirement that the story touches'),
  shows: textsOf('the id of a requirement that the story shows'),
  world: WorldCodec,
  settings: PartialSettingsCodec,
  transports: TransportsCodec,
  routes: RoutesCodec,
  passwords: dictionary('the name of a transport', () => true, textOf('the password for a transport')),
  steps: filledListOf('a list of at least one step', StepCodec),
};

const ScenarioCodec = strictObject<Scenario>('a scenario', SCENARIO_FIELDS, ['name', 'world', 'steps']);

const WorldFileCodec = strictObject<WorldFile>(
  'a scenario',
  { ...SCENARIO_FIELDS, steps: listOf('a list of steps', StepCodec) },
  ['world'],
);

function isStatus(value: unknown): value is string {
  return typeof value === 'string' && new RegExp(STATUS).test(value);
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
