import { afterEach, describe, expect, it } from 'vitest';
import { createPki } from '../../../testing/pki.js';
import { checkResolver } from './check-resolver.js';
import { tlsServer } from './encrypted-servers.fixture.js';
import { FLAGS, opt, response, soa } from './messages.fixture.js';
import type { ResolverConfig } from './resolver-config.js';
import { type Asked, nameServer, type Responder } from './servers.fixture.js';

/** The signed one is long enough for chance never to leave all of its letters as they are. */
const names = {
  signed: 'signed-with-many-letters-in-its-name.example',
  bogus: 'bogus.example',
  unsigned: 'plain.example',
} as const;
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const AD = FLAGS.response | FLAGS.ad;
const yes = (asked: Asked, flags: number) => [
  response(asked, { flags, authority: [soa(60)], additional: [opt()] }),
];
const no = (asked: Asked, code: number | null = null) => [
  response(asked, { rcode: 2, additional: [opt(code)] }),
];

/** A resolver that does what each name is for. */
const validating: Responder = (asked) => {
  if (asked.name === names.bogus) return asked.cd ? yes(asked, FLAGS.response) : no(asked);
  return yes(asked, asked.name === names.signed ? AD : FLAGS.response);
};

async function checked(respond: Responder, own: Partial<ResolverConfig> = {}, deadlineMs = 300_000) {
  const server = await nameServer(respond);
  closers.push(server.close);
  const check = await checkResolver({ servers: [server], ...own }, names, { deadlineMs });
  const [one] = check.servers;
  return { server, check, verdict: check.verdict, row: one!.decision.row, one: one! };
}

describe('the self-test of a resolver (SEC-SELF-1)', () => {
  it('finds one that validates, and says what it saw', async () => {
    const { check, one, server } = await checked(validating);
    expect(check.verdict).toBe('validates');
    expect(one).toMatchObject({
      trust: { verdict: 'believe-ad', row: 'TRUST-3' },
      signed: { kind: 'answered', rcode: 0, ad: 'set', udpPayloadOctets: 1232 },
      bogus: { kind: 'answered', rcode: 2 },
      bogusUnchecked: { kind: 'answered', rcode: 0 },
      unsigned: { kind: 'answered', ad: 'clear' },
      plain: { tcp: 'works', letterCase: 'kept' },
      decision: { row: 'SELFTEST-5' },
    });
    expect(server.asked.every(({ ad, edns }) => ad && edns)).toBe(true);
    expect(server.asked.filter(({ cd }) => cd).map(({ name }) => name)).toEqual([names.bogus]);
  });

  it('takes the extended error for the reason, where there is one', async () => {
    const explaining: Responder = (asked) => (asked.name === names.bogus ? no(asked, 9) : validating(asked));
    expect(await checked(explaining)).toMatchObject({ verdict: 'validates', one: { bogusUnchecked: null } });
    const broken: Responder = (asked) => (asked.name === names.bogus ? no(asked, 22) : validating(asked));
    expect(await checked(broken)).toMatchObject({ verdict: 'cannot-tell', row: 'SELFTEST-6' });
  });

  it('finds one that does not validate, strips AD, or sets it on everything (DANE-2.1.1-1)', async () => {
    const oblivious: Responder = (asked) => yes(asked, FLAGS.response);
    const setsAll: Responder = (asked) => (asked.name === names.bogus ? validating(asked) : yes(asked, AD));
    const strips: Responder = (asked) =>
      asked.name === names.bogus ? validating(asked) : yes(asked, FLAGS.response);
    const echoes: Responder = (asked) => yes(asked, AD);
    expect(await checked(oblivious)).toMatchObject({ verdict: 'does-not-validate', row: 'SELFTEST-2' });
    expect(await checked(echoes)).toMatchObject({ verdict: 'does-not-validate', row: 'SELFTEST-2' });
    expect(await checked(strips)).toMatchObject({ verdict: 'does-not-validate', row: 'SELFTEST-3' });
    expect(await checked(setsAll)).toMatchObject({ verdict: 'does-not-validate', row: 'SELFTEST-4' });
  });

  it('knows that DANE is off where AD is not believed, whatever the resolver does (DANE-2.1.1-1)', async () => {
    const { one, verdict, row } = await checked(validating, { trustAd: false });
    expect({ verdict, row, trust: one.trust.row }).toEqual({
      verdict: 'does-not-validate',
      row: 'SELFTEST-1',
      trust: 'TRUST-1',
    });
  });

  it('learns nothing from a bogus name that is not there', async () => {
    const walled: Responder = (asked) =>
      asked.name === names.bogus ? [response(asked, { rcode: 3, flags: AD })] : validating(asked);
    expect(await checked(walled)).toMatchObject({ verdict: 'cannot-tell', row: 'SELFTEST-6' });
  });

  it('does not guess where there is no answer', async () => {
    const silent: Responder = (asked) => (asked.name === names.signed ? [] : validating(asked));
    const { verdict, row, one } = await checked(silent, {}, 1000);
    expect({ verdict, row }).toEqual({ verdict: 'cannot-tell', row: 'SELFTEST-7' });
    expect(one.signed).toEqual({ kind: 'failed', cause: 'timeout', code: null });
    expect(one.plain).toEqual({ tcp: 'fails', letterCase: 'unknown' });
  });

  it('sees letters whose case is not kept, and no EDNS', async () => {
    const old: Responder = (asked) =>
      asked.name === names.bogus
        ? validating(asked)
        : [response({ ...asked, spelt: asked.name }, { flags: AD })];
    expect((await checked(old)).one).toMatchObject({
      signed: { udpPayloadOctets: null },
      plain: { letterCase: 'changed', tcp: 'works' },
    });
  });

  it('is as good as the worst of several', async () => {
    const [good, bad] = [await nameServer(validating), await nameServer((asked) => yes(asked, AD))];
    closers.push(good.close, bad.close);
    const check = await checkResolver({ servers: [good, bad] }, names, { deadlineMs: 300_000 });
    expect(check.servers.map(({ decision }) => decision.verdict)).toEqual(['validates', 'does-not-validate']);
    expect(check.verdict).toBe('does-not-validate');
    expect((await checkResolver({ servers: [] }, names)).verdict).toBe('cannot-tell');
  });

  it('says why an encrypted one cannot be reached', async () => {
    const pki = await createPki();
    const server = await tlsServer(await pki.issue({}, 'dns.example'), () => []);
    closers.push(server.close);
    const { address, port } = server;
    const tls = { transport: 'tls', address, port, name: 'dns.example' } as const;
    const check = await checkResolver({ servers: [tls] }, names, { deadlineMs: 60_000 });
    expect(check.verdict).toBe('cannot-tell');
    expect(check.servers[0]).toMatchObject({
      trust: { verdict: 'believe-ad', row: 'TRUST-5' },
      signed: { kind: 'failed', cause: 'unreachable', code: expect.stringMatching(/^[A-Z_]+$/) },
      plain: null,
    });
  });
});
