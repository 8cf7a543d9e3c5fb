import { expect } from 'vitest';
import type { MailHost, World } from '../../src/adapters/scripted/index.js';
import type { NamedSocks, SocksProxy } from '../../src/policy/relay/transport.js';
import { describeContract, type Exceptions } from './clauses.fixture.js';
import { coded, conversations, expectAllLost, lost, replied } from './conversation.fixture.js';
import type { Subject } from './subject.fixture.js';

/** Proxies in front of a world. Passwords are those of `PASSWORDS`, by the name of the transport. */
export interface SocksSubject extends Pick<Subject, 'open' | 'port' | 'addressOf' | 'taken' | 'close'> {
  /** Lets in the user `me` with the password of `smart`. */
  readonly locked: SocksProxy;
  /** Says nothing. */
  readonly silent: SocksProxy;
  /** Where nothing listens. */
  readonly gone: SocksProxy;
}

const HOSTS = {
  mx: {},
  refusing: { connect: 'refuse' },
  unwilling: { greeting: '554 5.3.2 no service' },
  hanging: { greeting: 'close' },
} satisfies Record<string, MailHost>;
type HostId = keyof typeof HOSTS;
const world: World = { dns: {}, mail: HOSTS };

const PROXY = { kind: 'failed', cause: 'proxy' };

function clausesOf(subject: () => SocksSubject) {
  const { meet } = conversations<HostId>(subject);
  const by = (own: Partial<SocksProxy> = {}, name = 'smart'): { readonly socks: NamedSocks } => ({
    socks: { name, ipv4: { ...subject().locked, user: 'me', ...own } },
  });
  const greeted = { kind: 'greeted', reply: coded(220) };
  return {
    'a host is spoken to as without a proxy, under TLS as well': async () => {
      const met = meet('mx');
      expect(await met.connect(by())).toMatchObject({ ...greeted, address: subject().addressOf('mx') });
      expect(await met.hello()).toMatchObject({ reply: { code: 250 } });
      expect(await met.startTls()).toEqual(replied(coded(220)));
      expect(await met.handshake()).toMatchObject({ kind: 'established' });
      expect(await met.inspect()).toMatchObject({ chain: [{ dnsNames: ['mx'] }] });
      expect(await met.hello()).toMatchObject({ reply: { code: 250 } });
      expect(await met.send()).toMatchObject({ end: { code: 250 }, lost: null });
      expect(subject().taken('mx')).toMatchObject([{ tls: 'yes' }]);
      expect(await met.quit()).toEqual({ kind: 'closed' });
    },
    'a host that refuses mail has greeted': async () => {
      expect(await meet('unwilling').connect(by())).toMatchObject({ reply: { code: 554 } });
    },
    'a host that closes is lost, and so is all that follows': async () => {
      const met = meet('hanging');
      expect(await met.connect(by())).toMatchObject(lost('closed'));
      await expectAllLost(met);
    },
    'a host where nothing listens refuses': async () => {
      const met = meet('refusing');
      expect(await met.connect(by())).toEqual({ kind: 'failed', cause: 'refused' });
      await expectAllLost(met);
    },
    'where the first address refuses the second is led to': async () => {
      const alternate = { address: subject().addressOf('mx'), afterMs: 20_000 };
      expect(await meet('refusing').connect({ ...by(), alternate })).toMatchObject({
        ...greeted,
        address: alternate.address,
      });
    },
    'a proxy that does not know us says nothing about the host': async () => {
      const { locked } = subject();
      expect(await meet('mx').connect(by({}, 'wrong'))).toEqual(PROXY);
      expect(await meet('mx').connect(by({}, 'nobody'))).toEqual(PROXY);
      expect(await meet('mx').connect({ socks: { name: 'smart', ipv4: locked } })).toEqual(PROXY);
    },
    'a proxy that is not there says nothing about the host': async () => {
      const met = meet('mx');
      expect(await met.connect(by(subject().gone))).toEqual(PROXY);
      await expectAllLost(met);
    },
    'a proxy that says nothing is waited for until the deadline, and says nothing about the host':
      async () => {
        expect(await meet('mx').connect({ ...by(subject().silent), deadlineMs: 500 })).toEqual(PROXY);
      },
    'who asks no more is answered, whatever the proxy does': async () => {
      const stop = new AbortController();
      const met = meet('mx');
      const answer = met.connect(by(subject().silent), stop.signal);
      stop.abort();
      met.destroy();
      expect(await answer).toMatchObject({ kind: 'failed' });
    },
    'addresses of a family without a proxy are dialled themselves': async () => {
      const socks = { name: 'smart', ipv6: subject().gone };
      expect(await meet('mx').connect({ socks })).toMatchObject(greeted);
    },
  };
}

/** Holds SMTP connections through SOCKS5 proxies to the contract of `smtp.connect`. */
export function socksContract(
  adapter: string,
  start: (world: World) => Promise<SocksSubject>,
  exceptions: Exceptions<keyof ReturnType<typeof clausesOf>> = {},
): void {
  describeContract(`smtp.connect by SOCKS5: ${adapter}`, () => start(world), clausesOf, exceptions);
}
