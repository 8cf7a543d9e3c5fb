import { expect } from 'vitest';
import type { MailHost, World } from '../../src/adapters/scripted/index.js';
import { AUTH_MECHANISMS } from '../../src/policy/relay/transport.js';
import { describeContract, type Exceptions } from './clauses.fixture.js';
import { coded, conversations, expectAllLost, lost, replied } from './conversation.fixture.js';
import type { Start, Subject } from './subject.fixture.js';

type AuthSubject = Pick<Subject, 'open' | 'port' | 'addressOf'>;

const auth = { password: 'pencil' };
const keywords = [`AUTH ${AUTH_MECHANISMS.join(' ').toUpperCase()}`];
const HOSTS = {
  relay: { keywords, auth },
  few: { keywords: ['AUTH LOGIN'], auth },
  busy: { keywords, auth, replies: { auth: '454 4.7.0 later' } },
  closing: { keywords, auth, replies: { auth: 'close' } },
  asking: { keywords, auth, replies: { auth: '334 dGhlbj8=' } },
  liar: { keywords, auth: { ...auth, lies: 'signature' } },
  silent: { keywords, auth: { ...auth, lies: 'no-signature' } },
  greedy: { keywords, auth: { ...auth, lies: 'iterations' } },
  implicit: { implicitTls: true },
  unwilling: { implicitTls: true, greeting: '554 5.3.2 no service' },
  hanging: { implicitTls: true, greeting: 'close' },
} satisfies Record<string, MailHost>;
type HostId = keyof typeof HOSTS;
const world: World = { dns: {}, mail: HOSTS };

const isScram = (mechanism: string) => mechanism.startsWith('scram-');
const bindingOf = (mechanism: string) => (mechanism.endsWith('-plus') ? 'bound' : 'unbound');
const broken = (cause: string) => ({ kind: 'failed', cause, reply: coded(expect.any(Number) as never) });

function clausesOf(subject: () => AuthSubject) {
  const { meet, secured } = conversations<HostId>(subject);
  const introduced = async (id: HostId) => {
    const met = await secured(id);
    expect(await met.hello()).toMatchObject({ reply: { code: 250 } });
    return met;
  };
  const underTls = async (id: HostId) => {
    const met = meet(id);
    expect(await met.connect({ greeting: 'under-tls' })).toMatchObject({ kind: 'connected' });
    expect(await met.handshake()).toMatchObject({ kind: 'established' });
    return met;
  };
  const lies = (id: HostId, cause: string) => async (): Promise<void> => {
    const met = await introduced(id);
    expect(await met.auth({ mechanism: 'scram-sha-256' })).toEqual(broken(cause));
  };
  return {
    'every mechanism lets in who knows the password, and SCRAM has it proved': async () => {
      for (const mechanism of AUTH_MECHANISMS) {
        const met = await introduced('relay');
        const proof = isScram(mechanism) ? 'shown' : 'none';
        const answer = await met.auth({ mechanism, binding: bindingOf(mechanism) });
        expect(answer, mechanism).toEqual({ ...replied(coded(235)), proof });
        expect(await met.send(), mechanism).toMatchObject({ end: { code: 250 } });
      }
    },
    'no mechanism lets in who does not': async () => {
      for (const mechanism of AUTH_MECHANISMS.filter((each) => each !== 'external')) {
        const met = await introduced('relay');
        const answer = await met.auth({ mechanism, account: 'wrong', binding: bindingOf(mechanism) });
        expect(answer, mechanism).toEqual({ ...replied(coded(535)), proof: 'none' });
        expect(await met.quit()).toEqual({ kind: 'closed' });
      }
    },
    'without a password nothing is said': async () => {
      const met = await introduced('relay');
      expect(await met.auth({ account: 'nobody' })).toEqual({
        kind: 'failed',
        cause: 'no-secret',
        reply: null,
      });
      expect(await met.auth()).toMatchObject({ reply: { code: 235 } });
    },
    'a mechanism that is not offered is refused': async () => {
      expect(await (await introduced('few')).auth()).toEqual({ ...replied(coded(504)), proof: 'none' });
    },
    'a refusal for now is a reply': async () => {
      expect(await (await introduced('busy')).auth()).toEqual({ ...replied(coded(454)), proof: 'none' });
    },
    'a connection that ends is lost': async () => {
      const met = await introduced('closing');
      expect(await met.auth()).toEqual(lost('closed'));
      await expectAllLost(met);
    },
    'what nobody has to be asked is not answered': async () => {
      expect(await (await introduced('asking')).auth()).toEqual(broken('bad-challenge'));
    },
    'who does not know the password cannot prove it': lies('liar', 'bad-proof'),
    'who wants endless work gets none': lies('greedy', 'bad-iterations'),
    'who says nothing of the password has proved nothing': async () => {
      const met = await introduced('silent');
      const answer = await met.auth({ mechanism: 'scram-sha-256' });
      expect(answer).toEqual({ ...replied(coded(235)), proof: 'none' });
    },
    'a greeting comes under TLS where TLS comes first': async () => {
      const met = await underTls('implicit');
      expect(await met.greeting()).toEqual(replied(coded(220)));
      expect(await met.hello()).toMatchObject({ reply: { code: 250 } });
      expect(await met.send()).toMatchObject({ end: { code: 250 } });
      expect(await (await underTls('unwilling')).greeting()).toEqual(replied(coded(554)));
    },
    'a greeting that does not come is a loss': async () => {
      const met = await underTls('hanging');
      expect(await met.greeting()).toEqual(lost('closed'));
      await expectAllLost(met);
    },
  };
}

/** Holds SMTP connections to the contracts of `smtp.auth` and `smtp.greeting`. */
export function smtpAuthContract(
  adapter: string,
  start: Start<keyof AuthSubject>,
  exceptions: Exceptions<keyof ReturnType<typeof clausesOf>> = {},
): void {
  describeContract(`smtp.auth and smtp.greeting: ${adapter}`, () => start(world), clausesOf, exceptions);
}
