import { describe, expect, it } from 'vitest';
import { type LossFacts, lossesOf } from './losses.js';

/** What is lost, of the facts that decide it. */
function losses(
  level: string,
  hosts: readonly (readonly [host: string, need: string])[],
  found: object | null = null,
) {
  return lossesOf({
    policy: {
      level: { verdict: level },
      attributes: { verdict: 'bare' },
      hosts: hosts.map(([host, verdict]) => ({ host, need: { verdict } })),
      enforced: null,
      policyDomain: 'a.example',
    },
    found: { policy: found },
    settings: { whenDanePasses: 'require-sts' },
    relay: null,
  } as unknown as LossFacts);
}

describe('what is lost between the engine and Postfix', () => {
  it('is a host that needs something else than the others, by name', () => {
    expect(
      losses('secure', [
        ['mx1.a.example', 'pkix-by-policy'],
        ['mx2.a.example', 'dane'],
      ]),
    ).toEqual([
      'mx2.a.example: not used, because Postfix cannot demand one thing of it and another of the other hosts.',
    ]);
    expect(
      losses('dane-only', [
        ['mx1.a.example', 'tls'],
        ['mx2.a.example', 'dane'],
      ]),
    ).toEqual([
      'mx1.a.example: not used, because Postfix cannot demand one thing of it and another of the other hosts.',
    ]);
    expect(losses('secure', [['mx1.a.example', 'pkix-by-policy']])).toEqual([]);
  });

  it('is that a policy was not to be had, or is under test', () => {
    const none = { kind: 'none' };
    expect(losses('dane', [], { known: none, fetched: { kind: 'failed' } })).toEqual([
      'That the MTA-STS policy of a.example could not be fetched is not reported to it.',
    ]);
    const testing = { kind: 'policy', policy: { mode: 'testing' } };
    expect(losses('dane', [], { known: testing, fetched: null })).toEqual([
      'The MTA-STS policy of a.example is in testing mode: nobody tells it how sessions would have fared.',
    ]);
    expect(losses('dane', [], { known: none, fetched: null })).toEqual([]);
  });
});
