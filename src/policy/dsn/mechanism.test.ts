import { describe, expect, it } from 'vitest';
import type { PlacedDecision } from '../attempt/types.js';
import { mechanismsOf } from './mechanism.js';

const OURS = 'a rule of this mail system';

function decision(
  table: string,
  verdict: string,
  input: Readonly<Record<string, string>> = {},
  mx: string | null = 'mx.b.example',
): PlacedDecision {
  return { table, verdict, input, row: '', why: '', refs: [], mx };
}
const barrier = (own: object) =>
  decision('host-barrier', 'skip', { message: 'open', dane: 'open', operator: 'open', sts: 'open', ...own });
const pkix = (own: object) =>
  decision('pkix-demand', 'required', { message: 'other', sts: 'other', operator: 'other', ...own });
const peer = (own: object) =>
  decision('peer-authentication', 'refuse', { dane: 'not-demanded', pkix: 'not-demanded', ...own });

describe('what stopped a message', () => {
  it.each<[string, PlacedDecision, readonly string[]]>([
    ['a policy that could not be learned', decision('policy-cache', 'defer', {}, null), ['MTA-STS']],
    ['a server without REQUIRETLS', decision('requiretls-keyword', 'give-up'), ['REQUIRETLS']],
    [
      'all of them together, without REQUIRETLS',
      decision('attempt-conclusion', 'bounce 5.7.10'),
      ['REQUIRETLS'],
    ],
    [
      'all of them together, without the keyword',
      decision('attempt-conclusion', 'bounce 5.7.30'),
      ['REQUIRETLS'],
    ],
    ['all of them together', decision('attempt-conclusion', 'bounce 5.7.20'), []],
    ['all of them together, for now', decision('attempt-conclusion', 'defer 4.7.5'), []],
    ['REQUIRETLS', barrier({ message: 'impossible' }), ['REQUIRETLS']],
    ['the policy', barrier({ sts: 'unreachable' }), ['MTA-STS']],
    ['TLSA records', barrier({ dane: 'unreachable' }), ['DANE']],
    ['a rule', barrier({ operator: 'unreachable' }), [OURS]],
    [
      'all of these, in the same order always',
      barrier({ operator: 'unreachable', dane: 'unreachable', sts: 'unreachable', message: 'impossible' }),
      ['REQUIRETLS', 'MTA-STS', 'DANE', OURS],
    ],
    ['a chain that does not match', peer({ dane: 'failed' }), ['DANE']],
    ['neither chain nor certificate for a rule', peer({ dane: 'does-not-suffice' }), [OURS]],
    ['a certificate that nobody is known to have asked for', peer({ pkix: 'failed' }), []],
    ['a reply', decision('reply-meaning', 'bounce'), []],
  ])('is %s', (_, because, mechanisms) => {
    expect(mechanismsOf(because, [])).toEqual(mechanisms);
  });

  it('is whoever asked for the certificate of that host', () => {
    const asked = (own: object, mx = 'mx.b.example') =>
      mechanismsOf(peer({ pkix: 'failed' }), [{ ...pkix(own), mx }, decision('sts-demand', 'authenticate')]);
    expect(asked({})).toEqual([]);
    expect(asked({ message: 'authenticate' })).toEqual(['REQUIRETLS']);
    expect(asked({ sts: 'authenticate' })).toEqual(['MTA-STS']);
    expect(asked({ sts: 'observe' })).toEqual([]);
    for (const operator of ['authenticate', 'authenticate-domain', 'authenticate-by-pkix'])
      expect(asked({ operator })).toEqual([OURS]);
    expect(asked({ sts: 'authenticate', message: 'authenticate' })).toEqual(['REQUIRETLS', 'MTA-STS']);
    expect(asked({ sts: 'authenticate' }, 'mx2.b.example')).toEqual([]);
  });

  it('is whoever asked that the chain match', () => {
    const asked = (input: Readonly<Record<string, string>>) =>
      mechanismsOf(peer({ dane: 'failed' }), [decision('dane-matching', 'required', input), pkix({})]);
    expect(asked({ operator: 'authenticate-by-dane', dane: 'other' })).toEqual([OURS]);
    expect(asked({ operator: 'authenticate-by-dane', dane: 'authenticate' })).toEqual(['DANE']);
    expect(asked({ operator: 'other', dane: 'authenticate' })).toEqual(['DANE']);
  });

  it('is whoever asked for TLS that did not start, as it was decided last', () => {
    const demands = [
      decision('requiretls-demand', 'authenticate'),
      decision('sts-demand', 'observe'),
      decision('dane-demand', 'encrypt'),
      decision('operator-demand', 'no-demand'),
    ];
    for (const table of ['start-tls', 'tls-outcome']) {
      expect(mechanismsOf(decision(table, 'give-up'), demands)).toEqual(['REQUIRETLS', 'DANE']);
      expect(
        mechanismsOf(decision(table, 'give-up'), [
          ...demands,
          decision('dane-demand', 'no-demand'),
          decision('operator-demand', 'encrypt'),
        ]),
      ).toEqual(['REQUIRETLS', OURS]);
      expect(mechanismsOf(decision(table, 'give-up'), [])).toEqual([]);
    }
  });
});
