import * as t from 'io-ts';
import type { Settings } from '../../policy/settings.js';
import type { TlsReportPolicy } from '../../policy/tls-report/tally.js';
import type { Expectation, Scenario, Step } from './scenario.js';
import { contradictionsIn } from './scenario-contradictions.js';
import { dictionary, oneOf, strictObject, such } from './strict-object.codec.js';
import {
  HOST_ID,
  isHostId,
  isRecordKey,
  MailHostCodec,
  PolicyHostCodec,
  RECORD_KEY,
  RecordSetCodec,
  WorldCodec,
} from './world.codec.js';

/** What is wrong with a scenario, and where: `world.mail["mx.a.example"].starttls`. */
export interface ScenarioProblem {
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
}

export type ParsedScenario =
  | { readonly ok: true; readonly scenario: Scenario }
  | { readonly ok: false; readonly problems: readonly ScenarioProblem[] };

/** The longest text that is read: 1 MiB. */
export const SCENARIO_LENGTH_MAX = 1_048_576;
const PROBLEMS_MAX = 50;

/** Reads a scenario in JSON. Total; never throws. Misspelt keys and references to nothing are problems. */
export function parseScenario(text: string): ParsedScenario {
  if (text.length > SCENARIO_LENGTH_MAX) {
    return failed([{ path: '', expected: 'at most 1 MiB', actual: `${text.length} characters` }]);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return failed([
      { path: '', expected: 'JSON', actual: error instanceof Error ? error.message : 'not JSON' },
    ]);
  }
  const decoded = ScenarioCodec.decode(value);
  if (decoded._tag === 'Left') return failed(decoded.left.slice(0, PROBLEMS_MAX).map(problemOf));
  const problems = contradictionsIn(decoded.right);
  return problems.length > 0
    ? failed(problems.slice(0, PROBLEMS_MAX))
    : { ok: true, scenario: decoded.right };
}

function failed(problems: readonly ScenarioProblem[]): ParsedScenario {
  return { ok: false, problems };
}

const Strings = t.readonlyArray(t.string, 'a list of texts');
const YesNo = oneOf('yes', 'no');
const Count = such('a whole number, 0 or more', (value): value is number => isWhole(value) && value >= 0);
const Attempt = such('a whole number, 1 or more', (value): value is number => isWhole(value) && value >= 1);
const Status = such('a status such as "4.7.5", "4.7.x" or "2.x"', isStatus);
const TextOrNull = such(
  'a text or null',
  (value): value is string | null => value === null || t.string.is(value),
);

type Report = NonNullable<Expectation['reports']>[number];
type Detail = NonNullable<Report['details']>[number];

const DetailCodec = strictObject<Detail>(
  'failure details',
  {
    resultType: oneOf<TlsReportPolicy['details'][number]['resultType']>(
      'starttls-not-supported',
      'certificate-host-mismatch',
      'certificate-not-trusted',
      'certificate-expired',
      'validation-failure',
      'tlsa-invalid',
      'dnssec-invalid',
      'dane-required',
      'sts-policy-fetch-error',
      'sts-policy-invalid',
      'sts-webpki-invalid',
    ),
    receivingMxHostname: t.string,
    receivingIp: t.string,
    sendingMtaIp: t.string,
    failedSessionCount: Count,
    failureReasonCode: t.string,
  },
  [],
);

const ReportCodec = strictObject<Report>(
  'a reported policy',
  {
    policyType: oneOf('tlsa', 'sts', 'no-policy-found'),
    policyDomain: t.string,
    policyString: Strings,
    mxHost: Strings,
    success: Count,
    failure: Count,
    details: t.readonlyArray(DetailCodec, 'a list of failure details'),
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
    mx: TextOrNull,
    rows: Strings,
    notConnected: Strings,
    mailParameters: Strings,
    reports: t.readonlyArray(ReportCodec, 'a list of reported policies'),
  },
  ['outcome'],
);

const MessageCodec = strictObject<Step['message']>(
  'a message',
  {
    from: t.string,
    to: such(
      'a list of at least one address',
      (value): value is readonly [string, ...string[]] => Strings.is(value) && value.length > 0,
    ),
    requireTls: t.boolean,
    tlsRequiredNo: t.boolean,
    report: oneOf('none', 'dmarc', 'tls'),
  },
  ['to'],
);

const StepCodec = strictObject<Step>(
  'a step',
  {
    change: strictObject<NonNullable<Step['change']>>(
      'a change of the world',
      {
        dns: dictionary(RECORD_KEY, isRecordKey, orNull(RecordSetCodec)),
        mail: dictionary(HOST_ID, isHostId, orNull(MailHostCodec)),
        policy: dictionary(HOST_ID, isHostId, orNull(PolicyHostCodec)),
      },
      [],
    ),
    after: Count,
    message: MessageCodec,
    attempt: Attempt,
    expect: t.readonlyArray(ExpectationCodec, 'a list of expectations'),
  },
  ['message', 'expect'],
);

const Steps = t.readonlyArray(StepCodec, 'a list of steps');
const StepsCodec = new t.Type<Scenario['steps'], unknown, unknown>(
  'a list of at least one step',
  (value): value is Scenario['steps'] => Steps.is(value) && value.length > 0,
  (value, context) =>
    Array.isArray(value) && value.length === 0
      ? t.failure(value, context)
      : (Steps.validate(value, context) as t.Validation<Scenario['steps']>),
  t.identity,
);

const ScenarioCodec = strictObject<Scenario>(
  'a scenario',
  {
    name: t.string,
    refs: Strings,
    world: WorldCodec,
    settings: t.UnknownRecord as unknown as t.Type<Partial<Settings>, unknown, unknown>,
    steps: StepsCodec,
  },
  ['name', 'world', 'steps'],
);

function orNull<T>(codec: t.Type<T, unknown, unknown>): t.Type<T | null, unknown, unknown> {
  return new t.Type<T | null, unknown, unknown>(
    `${codec.name}, or null`,
    (value): value is T | null => value === null || codec.is(value),
    (value, context) => (value === null ? t.success(null) : codec.validate(value, context)),
    t.identity,
  );
}

function isStatus(value: unknown): value is string {
  return typeof value === 'string' && /^[245]\.(?:x|\d{1,3}\.(?:x|\d{1,3}))$/.test(value);
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function problemOf({ value, context }: t.ValidationError): ScenarioProblem {
  const path = context.slice(1).reduce((above, { key }) => {
    if (/^\d+$/.test(key)) return `${above}[${key}]`;
    if (!/^[a-z_]\w*$/i.test(key)) return `${above}[${JSON.stringify(key)}]`;
    return above === '' ? key : `${above}.${key}`;
  }, '');
  return { path, expected: context.at(-1)?.type.name ?? '', actual: describe(value) };
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
