import type {
  AttemptInput,
  AttemptResult,
  PlacedDecision,
  RecipientResult,
} from '../../policy/attempt/types.js';
import { type DsnRequest, NOTIFY_WORDS, type Notify, type RecipientDsn } from '../../policy/dsn/request.js';
import { COMMANDS, EXCHANGE_CAUSES } from '../../policy/host/exchange.js';
import {
  FAILURE_CATEGORIES,
  type HostRun,
  type RecipientState,
  type TlsFacts,
} from '../../policy/host/types.js';
import type { RequirementId } from '../../policy/kernel/requirement-id.js';
import type { Decision } from '../../policy/kernel/table.js';
import type { DestinationRule, Relay } from '../../policy/local/destination.js';
import type { ChosenTransport } from '../../policy/relay/route.js';
import type { MessageFacts } from '../../policy/require-tls/message.js';
import type { Settings } from '../../policy/settings.js';
import type { TlsReportDetail, TlsReportPolicy } from '../../policy/tls-report/tally.js';
import { DeadlinesCodec } from './deadlines.codec.js';
import { DialledCodec } from './dialled.codec.js';
import { CandidateCodec, DestinationCodec, PolicyFindingsCodec, ReplyCodec } from './facts.codec.js';
import { DEMAND, SETTING_WORDS } from './settings.codec.js';
import { dictionary, type Fields, rewritten, strictObject, withDefaults } from './strict-object.js';
import { TransportCodec } from './transport.codec.js';
import {
  type Codec,
  Finite,
  Line,
  Lines,
  listOf,
  oneOf,
  orNull,
  such,
  Text,
  Texts,
  textOf,
  wholeFrom,
  YesNo,
} from './values.js';

/** What is known of a message, by key. */
export const MESSAGE_FIELDS: Fields<MessageFacts> = {
  sender: Text,
  requireTls: YesNo,
  tlsRequired: oneOf('no', 'absent', 'invalid'),
  report: oneOf('none', 'dmarc', 'tls'),
  sizeBytes: wholeFrom(0, Number.MAX_SAFE_INTEGER),
  body: oneOf('7bit', '8bit'),
  utf8: oneOf('needed', 'not-needed'),
};

const MessageCodec = strictObject<MessageFacts>('a message', MESSAGE_FIELDS);

const NotifyCodec = such(
  '"absent", "never", or a list of success, failure and delay',
  (value): value is Notify =>
    value === 'absent' ||
    value === 'never' ||
    (Array.isArray(value) && value.every((word) => NOTIFY_WORDS.includes(word))),
);

const RecipientDsnCodec = strictObject<RecipientDsn>('what is asked for one recipient', {
  notify: NotifyCodec,
  original: orNull(textOf('an original recipient such as "rfc822;user@a.example"')),
});

/** What is asked for about notices. */
export const DsnRequestCodec = strictObject<DsnRequest>('a request for notices', {
  ret: oneOf('absent', 'full', 'headers'),
  envelopeId: orNull(textOf('an envelope identifier')),
  recipients: listOf('a list of requests, one for each recipient', RecipientDsnCodec),
});

const RuleCodec = strictObject<DestinationRule>(
  'a rule for a destination',
  {
    destination: Text,
    demand: DEMAND,
    relay: strictObject<Relay>('a relay', { host: Text, port: Finite }),
    owner: Text,
    reason: Text,
    expiresAt: orNull(Finite),
  },
  ['destination', 'demand', 'owner', 'reason', 'expiresAt'],
);

/** All settings, as they were in force; unlike an operator's file without bounds. */
const WholeSettingsCodec = strictObject<Settings>('settings', {
  ...SETTING_WORDS,
  port: Finite,
  httpsPort: Finite,
  helo: Text,
  ownHosts: Texts,
  destinations: listOf('a list of rules for destinations', RuleCodec),
  addressRacingDelayMs: Finite,
  stsFetchBackoffSeconds: Finite,
  candidatesMax: Finite,
  addressesMax: Finite,
  deadlines: DeadlinesCodec,
});

const SettingsCodec = withDefaults(WholeSettingsCodec, {
  ownHosts: [],
  addressRacing: 'off',
  addressRacingDelayMs: 250,
  // What was done when there was no such setting.
  withoutEightBitMime: 'send',
});

const DECISION = {
  verdict: Text,
  table: Text,
  row: Text,
  why: Text,
  // A journal outlives the list of requirements: what it cites may be gone.
  refs: Texts as unknown as Codec<readonly RequirementId[]>,
  input: dictionary('words by column', () => true, Text),
};

/** Older records do not say on which words it was decided. */
const DecisionCodec = withDefaults(strictObject<Decision>('a decision', DECISION), { input: {} });

const ChosenTransportCodec = strictObject<ChosenTransport>(
  'the transport that was chosen',
  {
    name: Text,
    transport: orNull(TransportCodec),
    decision: DecisionCodec,
    parked: oneOf('yes'),
  },
  ['name', 'transport', 'decision'],
);

const INPUT = {
  startedAt: Finite,
  attempt: Finite,
  destination: DestinationCodec,
  recipients: Lines,
  message: MessageCodec,
  settings: SettingsCodec,
  dialled: DialledCodec,
  purpose: oneOf('deliver', 'explain', 'learn-policy', 'refresh-policy'),
};

export const AttemptInputCodec: Codec<AttemptInput> = strictObject<AttemptInput>(
  'the input of an attempt',
  { ...INPUT, transport: ChosenTransportCodec, dsn: DsnRequestCodec, deadlineAt: Finite },
  Object.keys(INPUT) as readonly (keyof typeof INPUT)[],
);

const PlacedDecisionCodec = withDefaults(
  strictObject<PlacedDecision>('a decision', { ...DECISION, mx: orNull(Text) }),
  { input: {} },
);

/** The result types of TLS reports (RFC 8460, Section 4.3). */
export const ReportResultType: Codec<TlsReportDetail['resultType']> = oneOf(
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
);

export const ReportCodec = strictObject<TlsReportPolicy>('a reported policy', {
  policyType: oneOf('tlsa', 'sts', 'no-policy-found'),
  policyDomain: Text,
  policyString: Texts,
  mxHost: Texts,
  success: Finite,
  failure: Finite,
  details: listOf(
    'a list of failure details',
    strictObject<TlsReportDetail>('failure details', {
      resultType: ReportResultType,
      receivingMxHostname: Text,
      receivingIp: Text,
      sendingMtaIp: Text,
      failedSessionCount: Finite,
      failureReasonCode: Text,
    }),
  ),
});

const Reports = listOf('a list of reported policies', ReportCodec);

const RecipientStateCodec = withDefaults(
  strictObject<RecipientState>('the state of a recipient', {
    verdict: oneOf('delivered', 'next-host', 'bounced'),
    status: Text,
    reply: orNull(ReplyCodec),
    command: orNull(oneOf(...COMMANDS)),
    cause: orNull(oneOf(...EXCHANGE_CAUSES)),
    category: orNull(oneOf(...FAILURE_CATEGORIES, 'aborted')),
    because: orNull(DecisionCodec),
  }),
  { because: null, command: null, cause: null },
);

const HOST_RUN = {
  candidate: CandidateCodec,
  ip: orNull(Text),
  failure: orNull(oneOf('keyword-missing', 'definitive', 'temporary')),
  tls: orNull(strictObject<TlsFacts>('facts of TLS', { protocol: Text, cipher: Text })),
  authentication: oneOf('none', 'pkix', 'dane', 'dane+pkix'),
  cleartextRetry: YesNo,
  reply: orNull(ReplyCodec),
  decisions: listOf('a list of decisions', DecisionCodec),
  reports: Reports,
  dialled: Texts,
};

/** Once it had the states of all recipients with each of them. */
const HostRunCodec = rewritten(
  strictObject<HostRun>(
    'the result of a host run',
    { ...HOST_RUN, handedOn: oneOf('passed-on', 'relayed') },
    Object.keys(HOST_RUN) as readonly (keyof typeof HOST_RUN)[],
  ),
  ({ recipients: _, ...run }) => run,
);

const RecipientResultCodec = withDefaults(
  strictObject<RecipientResult>('the result of a recipient', {
    recipient: Line,
    outcome: oneOf('delivered', 'deferred', 'bounced'),
    status: Text,
    state: RecipientStateCodec,
    host: orNull(HostRunCodec),
    decision: orNull(DecisionCodec),
    because: orNull(PlacedDecisionCodec),
  }),
  { because: null },
);

const RESULT = {
  destination: DestinationCodec,
  recipients: listOf('a list of results', RecipientResultCodec),
  mxSecurity: oneOf('secure', 'insecure'),
  requireTls: YesNo,
  decisions: listOf('a list of decisions', PlacedDecisionCodec),
  reports: Reports,
  dialled: DialledCodec,
  policy: orNull(PolicyFindingsCodec),
};

const WholeResultCodec = strictObject<AttemptResult>(
  'the result of an attempt',
  { ...RESULT, transport: Text },
  Object.keys(RESULT) as readonly (keyof typeof RESULT)[],
);

export const AttemptResultCodec: Codec<AttemptResult> = withDefaults(WholeResultCodec, { policy: null });
