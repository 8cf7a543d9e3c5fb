import * as t from 'io-ts';
import { ReportResultType } from '../../effects/codecs/attempt.codec.js';
import { decodeWith, type Problem, parseJson, refused } from '../../effects/codecs/result.js';
import { PartialSettingsCodec } from '../../effects/codecs/settings.codec.js';
import { strictObject } from '../../effects/codecs/strict-object.js';
import {
  filledListOf,
  listOf,
  oneOf,
  orNull,
  such,
  Text,
  Texts,
  YesNo,
} from '../../effects/codecs/values.js';
import type { Expectation, Scenario, Step } from './scenario.js';
import { contradictionsIn } from './scenario-contradictions.js';
import { ChangeCodec, WorldCodec } from './world.codec.js';

export type ParsedScenario =
  | { readonly ok: true; readonly scenario: Scenario }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The longest text that is read: 1 MiB. */
export const SCENARIO_LENGTH_MAX = 1_048_576;

/** Reads a scenario in JSON. Total; never throws. Misspelt keys and references to nothing are problems. */
export function parseScenario(text: string): ParsedScenario {
  const json = parseJson(text, SCENARIO_LENGTH_MAX);
  if (!json.ok) return json;
  const decoded = decodeWith(ScenarioCodec, json.value);
  if (!decoded.ok) return decoded;
  const problems = contradictionsIn(decoded.value);
  return problems.length > 0 ? refused(problems) : { ok: true, scenario: decoded.value };
}

const Count = such('a whole number, 0 or more', (value): value is number => isWhole(value) && value >= 0);
const Attempt = such('a whole number, 1 or more', (value): value is number => isWhole(value) && value >= 1);
const Status = such('a status such as "4.7.5", "4.7.x" or "2.x"', isStatus);

type Report = NonNullable<Expectation['reports']>[number];
type Detail = NonNullable<Report['details']>[number];

const DetailCodec = strictObject<Detail>(
  'failure details',
  {
    resultType: ReportResultType,
    receivingMxHostname: Text,
    receivingIp: Text,
    sendingMtaIp: Text,
    failedSessionCount: Count,
    failureReasonCode: Text,
  },
  [],
);

const ReportCodec = strictObject<Report>(
  'a reported policy',
  {
    policyType: oneOf('tlsa', 'sts', 'no-policy-found'),
    policyDomain: Text,
    policyString: Texts,
    mxHost: Texts,
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
    cleartextRetry: t.boolean,
    requireTls: t.boolean,
    mxSecure: t.boolean,
    mx: orNull(Text),
    rows: Texts,
    because: Text,
    notConnected: Texts,
    mailParameters: Texts,
    reports: listOf('a list of reported policies', ReportCodec),
  },
  ['outcome'],
);

const MessageCodec = strictObject<Step['message']>(
  'a message',
  {
    from: Text,
    to: filledListOf('a list of at least one address', Text),
    requireTls: t.boolean,
    tlsRequiredNo: t.boolean,
    report: oneOf('none', 'dmarc', 'tls'),
  },
  ['to'],
);

const StepCodec = strictObject<Step>(
  'a step',
  {
    change: ChangeCodec,
    after: Count,
    message: MessageCodec,
    attempt: Attempt,
    expect: listOf('a list of expectations', ExpectationCodec),
  },
  ['message', 'expect'],
);

const ScenarioCodec = strictObject<Scenario>(
  'a scenario',
  {
    name: Text,
    refs: Texts,
    shows: Texts,
    world: WorldCodec,
    settings: PartialSettingsCodec,
    steps: filledListOf('a list of at least one step', StepCodec),
  },
  ['name', 'world', 'steps'],
);

function isStatus(value: unknown): value is string {
  return typeof value === 'string' && /^[245]\.(?:x|\d{1,3}\.(?:x|\d{1,3}))$/.test(value);
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
