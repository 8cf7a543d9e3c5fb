import { describe, expect, it } from 'vitest';
import type { AttemptResult, RecipientResult } from '../attempt/types.js';
import { judgeLastLook, type StoppedMessage, whatStopped } from './last-look.js';
import type { CachedPolicy, StsPolicy } from './policy.js';
import type { PolicyFindings } from './policy-findings.js';

const policy: StsPolicy = { mode: 'enforce', mx: ['mx.a.example'], maxAgeSeconds: 86_400, lines: [] };
const cached: CachedPolicy = { id: 'id1', policy, fetchedAt: 0 };
const before = { kind: 'read', cached, failure: null } as const;
const found: PolicyFindings = {
  domain: 'a.example',
  verdict: 'use-cached',
  known: { kind: 'policy', policy, freshness: 'fresh' },
  record: { kind: 'found', id: 'id1' },
  fetched: null,
  before,
  after: before,
};
const stopped: StoppedMessage = {
  stopped: 'by-policy',
  domain: 'a.example',
  held: { id: 'id1', mode: 'enforce', mx: ['mx.a.example'], maxAgeSeconds: 86_400 },
};
const rowOf = (
  now: Partial<PolicyFindings>,
  last: Partial<StoppedMessage> = {},
  patience: 'left' | 'spent' = 'left',
) => judgeLastLook({ ...stopped, ...last }, { ...found, ...now }, patience).row;
const adopted = (other: Partial<StsPolicy>, id = 'id1') =>
  ({
    verdict: 'adopt',
    record: { kind: 'found', id },
    known: { kind: 'policy', policy: { ...policy, ...other }, freshness: 'fresh' },
  }) as const;

describe('the last look at a policy', () => {
  it('grants another attempt for a new id, another body, and a policy that is no more (STS-5-4, STS-5.1-3)', () => {
    expect(rowOf(adopted({}, 'id2'))).toBe('LOOK-2');
    expect(rowOf(adopted({ mx: ['other.a.example'] }))).toBe('LOOK-2');
    expect(rowOf({ verdict: 'no-policy', known: { kind: 'none' } })).toBe('LOOK-2');
    expect(rowOf({ verdict: 'proceed-unknown', known: { kind: 'unknown' } })).toBe('LOOK-2');
    // Learned for another message since.
    expect(rowOf({}, { held: { ...stopped.held!, id: 'id0' } })).toBe('LOOK-2');
    expect(rowOf({ verdict: 'use-cached-stale' }, { held: { ...stopped.held!, id: 'id0' } })).toBe('LOOK-2');
  });

  it('lets a message go where the policy is the same, by its record or by its file (STS-5.1-4)', () => {
    expect(rowOf({})).toBe('LOOK-3');
    expect(rowOf(adopted({}))).toBe('LOOK-3');
    expect(rowOf({ ...adopted({}), record: { kind: 'failed' } })).toBe('LOOK-3');
    expect(rowOf({ verdict: 'use-cached-stale', record: { kind: 'absent' } })).toBe('LOOK-3');
    expect(rowOf({ verdict: 'use-cached-stale' })).toBe('LOOK-3');
  });

  it('waits while it cannot be seen whether there is a new one, and not for ever (STS-5-4)', () => {
    const unseen = [
      { verdict: 'use-cached-stale', record: { kind: 'found', id: 'id2' } },
      { verdict: 'use-cached-stale', record: { kind: 'failed' } },
      { verdict: 'defer', known: { kind: 'unknown' } },
      { verdict: 'defer-for-cache', known: { kind: 'unknown' } },
    ] as const;
    for (const now of unseen) {
      expect(rowOf(now)).toBe('LOOK-4');
      expect(rowOf(now, {}, 'spent')).toBe('LOOK-5');
    }
    expect(judgeLastLook(stopped, null, 'left').verdict).toBe('wait');
    expect(rowOf(adopted({}, 'id2'), {}, 'spent')).toBe('LOOK-5');
  });

  it('is the same for a message that waited because nothing could be learned', () => {
    const waited = { stopped: 'not-learned', held: null } as const;
    expect(rowOf({}, waited)).toBe('LOOK-2');
    expect(rowOf({ verdict: 'no-policy', known: { kind: 'none' } }, waited)).toBe('LOOK-2');
    expect(rowOf({ verdict: 'defer', known: { kind: 'unknown' } }, waited)).toBe('LOOK-4');
  });

  it('needs no policy where none stood in the way', () => {
    expect(judgeLastLook({ ...stopped, stopped: 'otherwise' }, null, 'left').row).toBe('LOOK-1');
  });
});

describe('what stopped a message', () => {
  const decision = (verdict: string, table = 't') => ({
    verdict,
    table,
    row: 'r',
    why: 'w',
    refs: [],
    input: {},
  });
  const recipient = (outcome: RecipientResult['outcome'], verdict: string): RecipientResult => ({
    recipient: 'x@a.example',
    outcome,
    status: '',
    state: {
      verdict: 'next-host',
      status: '',
      command: null,
      cause: null,
      reply: null,
      category: null,
      because: null,
    },
    host: null,
    decision: decision(verdict),
    because: null,
  });
  const result = (demand: string, ...recipients: readonly RecipientResult[]): AttemptResult => ({
    destination: { kind: 'domain', name: 'a.example' },
    recipients,
    mxSecurity: 'insecure',
    requireTls: 'no',
    decisions: [{ ...decision(demand, 'sts-demand'), mx: 'mx.a.example' }],
    reports: [],
    dialled: {},
    policy: found,
  });

  it('is the policy, if it demanded something and somebody waits because of a policy', () => {
    const waits = recipient('deferred', 'defer 4.7.5');
    for (const demand of ['authenticate', 'unreachable'])
      expect(whatStopped(result(demand, waits))).toEqual(stopped);
    expect(whatStopped(result('observe', waits)).stopped).toBe('otherwise');
    expect(whatStopped(result('unreachable', recipient('deferred', 'defer 4.4.1'))).stopped).toBe(
      'otherwise',
    );
    expect(whatStopped(result('unreachable', recipient('bounced', 'defer 4.7.5'))).stopped).toBe('otherwise');
    expect(whatStopped({ ...result('unreachable', waits), policy: null }).stopped).toBe('otherwise');
  });

  it('is that nothing could be learned', () => {
    for (const verdict of ['defer', 'defer-for-cache'] as const) {
      const policy = { ...found, verdict, known: { kind: 'unknown' } } as const;
      expect(whatStopped({ ...result('', recipient('deferred', verdict)), policy })).toEqual({
        stopped: 'not-learned',
        domain: 'a.example',
        held: null,
      });
    }
  });

  it('names the id under which the policy was fetched, also where no record named one', () => {
    const adoptedNow = { ...found, ...adopted({}, 'id2') };
    const waits = recipient('deferred', 'defer 4.7.5');
    expect(whatStopped({ ...result('unreachable', waits), policy: adoptedNow }).held?.id).toBe('id2');
    const unannounced = { ...adoptedNow, record: { kind: 'absent' } } as const;
    expect(whatStopped({ ...result('unreachable', waits), policy: unannounced }).held?.id).toBe('id1');
  });
});
