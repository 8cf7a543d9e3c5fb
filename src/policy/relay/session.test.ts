import { describe, expect, it } from 'vitest';
import { bindingFor, chooseMechanism, demandOf, provesBoth } from './session.js';
import { AUTH_MECHANISMS, type AuthMechanism, RELAY_TLS, RELAY_VERIFY } from './transport.js';

const offering = (words: string) => new Map([['AUTH', words]]);
const ALL = offering(AUTH_MECHANISMS.join(' ').toUpperCase());

function chosen(words: string, session: 'clear' | 'unverified' | 'verified', own?: readonly AuthMechanism[]) {
  return chooseMechanism(own === undefined ? {} : { mechanisms: own }, offering(words), session);
}

describe('a session with a relay', () => {
  it('is demanded as the operator has it', () => {
    const demands = RELAY_VERIFY.map((verify) => RELAY_TLS.map((tls) => demandOf({ tls, verify })));
    expect(demands).toEqual([
      ['dane', 'dane', 'dane', 'dane'],
      ['pkix', 'pkix', 'pkix', 'pkix'],
      ['verify', 'verify', 'verify', 'verify'],
      ['encrypt', 'encrypt', 'none', 'none'],
    ]);
  });

  it('has the first of the mechanisms that the operator allows and the relay offers', () => {
    expect(chosen('PLAIN SCRAM-SHA-256 SCRAM-SHA-1', 'verified').mechanism).toBe('scram-sha-256');
    expect(chosen('PLAIN SCRAM-SHA-256 SCRAM-SHA-1', 'verified', ['plain', 'scram-sha-1']).mechanism).toBe(
      'plain',
    );
    expect(chosen('plain\tlogin', 'verified').mechanism).toBe('plain');
    expect(chosen('LOGIN CRAM-MD5', 'verified').mechanism).toBeNull();
    expect(chooseMechanism({}, new Map(), 'verified').mechanism).toBeNull();
  });

  it('has the strongest that the relay offers where the operator names none (SCRAM-7677-3-1)', () => {
    const strongestFirst = [
      'SCRAM-SHA-256-PLUS',
      'SCRAM-SHA-256',
      'SCRAM-SHA-1-PLUS',
      'SCRAM-SHA-1',
      'PLAIN',
    ];
    strongestFirst.forEach((name, at) => {
      const offered = strongestFirst.slice(at).reverse().join(' ');
      expect(chosen(offered, 'verified').mechanism).toBe(name.toLowerCase());
    });
  });

  it('decides on each that was looked at, and on none behind the one that will do', () => {
    const { decisions, mechanism } = chosen('SCRAM-SHA-256 PLAIN', 'verified');
    expect([mechanism, decisions.map(({ verdict }) => verdict)]).toEqual([
      ...['scram-sha-256', ['not-offered', 'usable']],
    ]);
    expect(chosen('', 'verified').decisions).toHaveLength(5);
  });

  it.each<[AuthMechanism, readonly string[]]>([
    ['scram-sha-256-plus', ['unverified', 'verified']],
    ['scram-sha-256', ['unverified', 'verified']],
    ['scram-sha-1-plus', ['unverified', 'verified']],
    ['scram-sha-1', ['unverified', 'verified']],
    ['cram-md5', ['verified']],
    ['oauthbearer', ['verified']],
    ['xoauth2', ['verified']],
    ['external', ['verified']],
    ['plain', ['verified']],
    ['login', ['verified']],
  ])('shows %s only to whom it may be shown (AUTH-14-1)', (mechanism, sessions) => {
    const words = ['clear', 'unverified', 'verified'] as const;
    const shown = words.filter(
      (session) => chooseMechanism({ mechanisms: [mechanism] }, ALL, session).mechanism !== null,
    );
    expect(shown).toEqual(sessions);
  });

  it('is told by SCRAM alone that the relay knows the password as well', () => {
    expect(AUTH_MECHANISMS.filter(provesBoth)).toEqual([
      ...['scram-sha-256-plus', 'scram-sha-256', 'scram-sha-1-plus', 'scram-sha-1'],
    ]);
  });

  it('is bound to where the mechanism says so, and else is told whether it could have been (RFC 5802, Section 6)', () => {
    expect(bindingFor('scram-sha-256-plus', offering('SCRAM-SHA-256-PLUS'))).toBe('bound');
    expect(bindingFor('scram-sha-1-plus', offering(''))).toBe('bound');
    // Whoever offers it and hears that we could would take that for an attack.
    expect(bindingFor('scram-sha-256', offering('SCRAM-SHA-256 SCRAM-SHA-1-PLUS'))).toBe('unbound');
    expect(bindingFor('scram-sha-256', offering('SCRAM-SHA-256 PLAIN'))).toBe('could-bind');
    expect(bindingFor('plain', offering('PLAIN'))).toBe('unbound');
  });
});
