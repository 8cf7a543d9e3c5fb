/* One plan for one host out of all demands, with its reasons: the table work that every connection costs. */
import {
  DEFAULT_SETTINGS,
  type PlanFacts,
  planHost,
  type StsKnowledge,
  type TlsaKnowledge,
  type TlsaRecord,
} from '../src/policy/index.js';
import { measure } from './measure.js';
import { type Benchmark, rateLine } from './table.js';

export const decisions: Benchmark = {
  title: 'Host decisions: all demands joined, with all reasons',
  async run(effort) {
    const mix = factsMix();
    // The sum keeps the work from being optimised away.
    let reasons = 0;
    const batch = () => {
      for (const facts of mix) reasons += planHost(facts).decisions.length;
      return mix.length;
    };
    const [rate] = await measure([{ batch }], effort);
    if (reasons === 0) throw new Error('nothing was decided');
    return [rateLine(`planHost over ${mix.length} situations`, rate!, 700_000)];
  },
};

const HOST = 'mx1.mail.example';

function record(usage: number, data: string): TlsaRecord {
  return { kind: 'tlsa', usage, selector: 1, matching: 1, data, content: 'opaque', digest: null };
}

const TLSA: readonly TlsaKnowledge[] = [
  { kind: 'not-applicable' },
  { kind: 'absent' },
  { kind: 'failed', cause: 'servfail' },
  { kind: 'present', baseDomain: HOST, records: [record(3, 'ab'.repeat(32)), record(3, 'cd'.repeat(32))] },
  { kind: 'present', baseDomain: HOST, records: [record(2, 'ab'.repeat(32)), record(3, 'cd'.repeat(32))] },
  { kind: 'present', baseDomain: HOST, records: [record(1, 'ab'.repeat(32))] },
];

function policy(mode: 'enforce' | 'testing', mx: readonly string[], freshness: 'fresh' | 'stale') {
  return { kind: 'policy', policy: { mode, mx, maxAgeSeconds: 604_800, lines: [] }, freshness } as const;
}

const STS: readonly StsKnowledge[] = [
  { kind: 'none' },
  { kind: 'unknown' },
  policy('enforce', ['mx1.mail.example', 'mx2.mail.example'], 'fresh'),
  policy('enforce', ['*.mail.example'], 'stale'),
  policy('enforce', ['mx.elsewhere.example'], 'fresh'),
  policy('testing', ['*.mail.example'], 'fresh'),
];

const MESSAGES = ['ordinary', 'ordinary', 'requires-tls', 'tls-optional'] as const;
const OPERATOR = ['none', 'none', 'verify'] as const;

/** Every state of DANE with every state of MTA-STS, for messages and operators of all kinds, ordinary ones most often. */
function factsMix(): readonly PlanFacts[] {
  return TLSA.flatMap((tlsa) =>
    STS.flatMap((sts) =>
      MESSAGES.flatMap((message) =>
        OPERATOR.map((operator): PlanFacts => {
          const isSigned = tlsa.kind !== 'not-applicable';
          return {
            host: HOST,
            source: 'mx',
            mxSecurity: isSigned ? 'secure' : 'insecure',
            nextHop: 'mail.example',
            expandedNextHop: null,
            tlsa,
            sts,
            message,
            report: 'none',
            attempt: 1,
            operator,
            settings: DEFAULT_SETTINGS,
          };
        }),
      ),
    ),
  );
}
