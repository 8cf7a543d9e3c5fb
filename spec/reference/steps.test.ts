import { describe, expect, it } from 'vitest';
import {
  cleartextRetry,
  daneDemand,
  daneMatching,
  hostBarrier,
  messageKind,
  operatorDemand,
  peerAuthentication,
  pkixDemand,
  requireTlsDemand,
  startTls,
  stsDemand,
  tlsOutcome,
} from './steps.js';

describe('the single steps of the second reading', () => {
  it('reads the message', () => {
    const said = { requireTls: 'no', sender: 'given', tlsRequired: 'absent', setting: 'honour' } as const;
    expect(messageKind(said)).toBe('ordinary');
    expect(messageKind({ ...said, tlsRequired: 'no' })).toBe('tls-optional');
    expect(messageKind({ ...said, tlsRequired: 'invalid' })).toBe('ordinary');
    expect(messageKind({ ...said, tlsRequired: 'no', setting: 'ignore' })).toBe('ordinary');
    expect(messageKind({ ...said, requireTls: 'yes', tlsRequired: 'no' })).toBe('requires-tls');
    expect(messageKind({ ...said, requireTls: 'yes', tlsRequired: 'no', sender: 'null' })).toBe(
      'prefers-requiretls',
    );
  });

  it('knows what DNS and the policy demand', () => {
    expect(daneDemand('not-applicable')).toBe('no-demand');
    expect(daneDemand('absent')).toBe('no-demand');
    expect(daneDemand('unusable')).toBe('encrypt');
    expect(daneDemand('usable')).toBe('authenticate');
    expect(daneDemand('lookup-failed')).toBe('unreachable');
    expect(stsDemand({ policy: 'none', host: 'not-listed' })).toBe('no-demand');
    expect(stsDemand({ policy: 'testing', host: 'not-listed' })).toBe('observe');
    expect(stsDemand({ policy: 'enforce', host: 'listed' })).toBe('authenticate');
    expect(stsDemand({ policy: 'enforce', host: 'not-listed' })).toBe('unreachable');
  });

  it('knows what the operator demands', () => {
    expect(operatorDemand({ rule: 'none', mx: 'insecure', sts: 'other', dane: 'other' })).toBe('no-demand');
    expect(operatorDemand({ rule: 'encrypt', mx: 'insecure', sts: 'other', dane: 'other' })).toBe('encrypt');
    expect(operatorDemand({ rule: 'verify', mx: 'insecure', sts: 'other', dane: 'usable' })).toBe(
      'authenticate-domain',
    );
    expect(operatorDemand({ rule: 'verify', mx: 'insecure', sts: 'listed', dane: 'other' })).toBe(
      'authenticate',
    );
    expect(operatorDemand({ rule: 'verify', mx: 'none', sts: 'other', dane: 'other' })).toBe('authenticate');
    expect(operatorDemand({ rule: 'dane', mx: 'secure', sts: 'other', dane: 'usable' })).toBe(
      'authenticate-by-dane',
    );
    expect(operatorDemand({ rule: 'dane', mx: 'secure', sts: 'other', dane: 'other' })).toBe('unreachable');
    expect(operatorDemand({ rule: 'dane', mx: 'insecure', sts: 'listed', dane: 'usable' })).toBe(
      'unreachable',
    );
  });

  it('knows what REQUIRETLS demands', () => {
    const bare = {
      required: 'yes',
      target: 'name',
      mx: 'insecure',
      sts: 'none',
      dane: 'other',
      testingPolicy: 'refuse',
      secureMx: 'accept',
    } as const;
    expect(requireTlsDemand({ ...bare, required: 'no' })).toBe('no-demand');
    expect(requireTlsDemand(bare)).toBe('impossible');
    expect(requireTlsDemand({ ...bare, sts: 'unknown' })).toBe('impossible-for-now');
    expect(requireTlsDemand({ ...bare, sts: 'enforced', dane: 'failed' })).toBe('authenticate');
    expect(requireTlsDemand({ ...bare, sts: 'enforced', target: 'literal' })).toBe('impossible');
    expect(requireTlsDemand({ ...bare, dane: 'authenticate' })).toBe('impossible');
    expect(requireTlsDemand({ ...bare, dane: 'failed' })).toBe('impossible');
    expect(requireTlsDemand({ ...bare, mx: 'secure' })).toBe('authenticate');
    expect(requireTlsDemand({ ...bare, mx: 'secure', secureMx: 'refuse' })).toBe('impossible');
    expect(requireTlsDemand({ ...bare, mx: 'secure', secureMx: 'refuse', dane: 'failed' })).toBe(
      'impossible-for-now',
    );
    expect(requireTlsDemand({ ...bare, mx: 'secure', secureMx: 'refuse', dane: 'authenticate' })).toBe(
      'authenticate',
    );
    expect(requireTlsDemand({ ...bare, sts: 'testing' })).toBe('impossible');
    expect(requireTlsDemand({ ...bare, sts: 'testing-stale' })).toBe('impossible-for-now');
    expect(requireTlsDemand({ ...bare, sts: 'testing', testingPolicy: 'accept' })).toBe(
      'authenticate-by-pkix',
    );
    expect(requireTlsDemand({ ...bare, sts: 'testing', testingPolicy: 'accept', mx: 'secure' })).toBe(
      'authenticate',
    );
  });

  it('stops before connecting', () => {
    const free = {
      message: 'open',
      dane: 'open',
      operator: 'open',
      sts: 'open',
      stsFreshness: 'fresh',
    } as const;
    expect(hostBarrier(free)).toBe('connect');
    expect(hostBarrier({ ...free, stsFreshness: 'stale' })).toBe('connect');
    expect(hostBarrier({ ...free, operator: 'unreachable' })).toBe('skip-for-now');
    expect(hostBarrier({ ...free, operator: 'unreachable', sts: 'unreachable' })).toBe('skip');
    expect(hostBarrier({ ...free, sts: 'unreachable', stsFreshness: 'stale' })).toBe('skip-for-now');
    expect(hostBarrier({ ...free, message: 'impossible', operator: 'unreachable' })).toBe('skip');
    expect(hostBarrier({ ...free, message: 'impossible', dane: 'unreachable' })).toBe('skip-for-now');
    expect(hostBarrier({ ...free, message: 'impossible-for-now' })).toBe('skip-for-now');
  });

  it('knows which proof is wanted', () => {
    expect(daneMatching({ dane: 'authenticate', operator: 'other' })).toBe('required');
    expect(daneMatching({ dane: 'available', operator: 'authenticate-by-dane' })).toBe('required');
    expect(daneMatching({ dane: 'available', operator: 'authenticate' })).toBe('sufficient');
    expect(daneMatching({ dane: 'available', operator: 'other' })).toBe('not-required');
    expect(daneMatching({ dane: 'other', operator: 'authenticate' })).toBe('not-required');

    const nobody = {
      sts: 'other',
      dane: 'not-required',
      message: 'other',
      operator: 'other',
      whenDanePasses: 'require-sts',
    } as const;
    expect(pkixDemand(nobody)).toBe('ignored');
    expect(pkixDemand({ ...nobody, sts: 'observe' })).toBe('observed');
    expect(pkixDemand({ ...nobody, sts: 'authenticate', dane: 'required' })).toBe('required');
    expect(
      pkixDemand({ ...nobody, sts: 'authenticate', dane: 'required', whenDanePasses: 'skip-pkix' }),
    ).toBe('ignored');
    expect(pkixDemand({ ...nobody, sts: 'authenticate', whenDanePasses: 'skip-pkix' })).toBe('required');
    expect(pkixDemand({ ...nobody, message: 'authenticate' })).toBe('required');
    expect(pkixDemand({ ...nobody, message: 'authenticate', dane: 'required' })).toBe('ignored');
    expect(pkixDemand({ ...nobody, sts: 'observe', message: 'authenticate-by-pkix', dane: 'required' })).toBe(
      'required',
    );
    expect(pkixDemand({ ...nobody, operator: 'authenticate', dane: 'sufficient' })).toBe(
      'required-of-either',
    );
    expect(pkixDemand({ ...nobody, operator: 'authenticate-domain', dane: 'required' })).toBe(
      'required-of-domain',
    );
    expect(pkixDemand({ ...nobody, operator: 'authenticate-domain', sts: 'authenticate' })).toBe('required');
    expect(pkixDemand({ ...nobody, operator: 'authenticate', dane: 'required' })).toBe('ignored');
  });

  it('falls back to clear text only where nobody minds', () => {
    const easy = {
      strictness: 'opportunistic',
      report: 'none',
      setting: 'at-once',
      attempt: 'first',
    } as const;
    expect(cleartextRetry(easy)).toBe('allowed');
    expect(cleartextRetry({ ...easy, strictness: 'encrypted' })).toBe('forbidden');
    expect(cleartextRetry({ ...easy, setting: 'after' })).toBe('forbidden');
    expect(cleartextRetry({ ...easy, setting: 'after', attempt: 'later' })).toBe('allowed');
    expect(cleartextRetry({ ...easy, setting: 'never', attempt: 'later' })).toBe('forbidden');
    expect(cleartextRetry({ ...easy, report: 'dmarc' })).toBe('forbidden');
    expect(cleartextRetry({ ...easy, report: 'tls', setting: 'never' })).toBe('forbidden');
    expect(cleartextRetry({ ...easy, report: 'tls', strictness: 'authenticated' })).toBe('forbidden');
  });

  it('goes through STARTTLS', () => {
    expect(startTls({ channel: 'first', offered: 'offered', strictness: 'opportunistic' })).toBe('start');
    expect(startTls({ channel: 'first', offered: 'not-offered', strictness: 'opportunistic' })).toBe(
      'stay-in-clear',
    );
    expect(startTls({ channel: 'first', offered: 'not-offered', strictness: 'encrypted' })).toBe('give-up');
    expect(startTls({ channel: 'cleartext-retry', offered: 'offered', strictness: 'opportunistic' })).toBe(
      'stay-in-clear',
    );
    expect(startTls({ channel: 'cleartext-retry', offered: 'offered', strictness: 'encrypted' })).toBe(
      'give-up',
    );

    expect(tlsOutcome({ outcome: 'established', cleartextRetry: 'forbidden' })).toBe('inspect');
    expect(tlsOutcome({ outcome: 'injected', cleartextRetry: 'allowed' })).toBe('give-up-for-now');
    expect(tlsOutcome({ outcome: 'refused', cleartextRetry: 'allowed' })).toBe('retry-in-clear');
    expect(tlsOutcome({ outcome: 'refused', cleartextRetry: 'forbidden' })).toBe('give-up');
    expect(tlsOutcome({ outcome: 'refused-for-now', cleartextRetry: 'forbidden' })).toBe('give-up-for-now');
    expect(tlsOutcome({ outcome: 'handshake-failed', cleartextRetry: 'forbidden' })).toBe('give-up-for-now');
  });

  it('judges the proof', () => {
    expect(peerAuthentication({ dane: 'not-demanded', pkix: 'not-demanded', sts: 'fresh' })).toBe('none');
    expect(peerAuthentication({ dane: 'passed', pkix: 'passed', sts: 'stale' })).toBe('dane+pkix');
    expect(peerAuthentication({ dane: 'failed', pkix: 'passed', sts: 'fresh' })).toBe('refuse');
    expect(peerAuthentication({ dane: 'passed', pkix: 'failed', sts: 'stale' })).toBe('refuse-for-now');
    expect(peerAuthentication({ dane: 'suffices', pkix: 'failed', sts: 'fresh' })).toBe('dane');
    expect(peerAuthentication({ dane: 'suffices', pkix: 'passed', sts: 'fresh' })).toBe('dane');
    expect(peerAuthentication({ dane: 'does-not-suffice', pkix: 'passed', sts: 'fresh' })).toBe('pkix');
    expect(peerAuthentication({ dane: 'does-not-suffice', pkix: 'failed', sts: 'fresh' })).toBe('refuse');
    expect(peerAuthentication({ dane: 'does-not-suffice', pkix: 'not-demanded', sts: 'stale' })).toBe(
      'refuse',
    );
  });
});
