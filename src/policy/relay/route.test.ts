import { describe, expect, it } from 'vitest';
import { chooseRoute, type Route, type RoutedMail, readAttempts } from './route.js';
import { DIRECT, type Transports } from './transport.js';

const transports: Transports = {
  relay: { kind: 'relay', host: 'relay.example', port: 587, tls: 'starttls', verify: 'pkix' },
  refused: { kind: 'fail', status: '5.7.1', text: 'not from here' },
};
const mail: RoutedMail = {
  destination: { kind: 'domain', name: 'x.example' },
  from: 'a@from.example',
  account: 'app',
  attempt: 1,
  transport: null,
};
const route = (own: Partial<Route>): Route => ({
  to: [],
  from: [],
  account: [],
  attempts: null,
  transport: 'relay',
  ...own,
});
const rowFor = (own: Partial<Route>, to: Partial<RoutedMail> = {}) =>
  chooseRoute({ ...mail, ...to }, [route(own)], transports).decision.row;

describe('the way that mail takes (CHOICE-41)', () => {
  it('is direct where nobody asks for another one', () => {
    expect(chooseRoute(mail, [], transports)).toMatchObject({
      name: 'direct',
      transport: DIRECT,
      decision: { row: 'TRAN-5', verdict: 'direct' },
    });
  });

  it('is that of the first route that speaks of it', () => {
    const routes = [
      route({ to: ['other.example'] }),
      route({ to: ['x.example'], transport: 'refused' }),
      route({}),
    ];
    expect(chooseRoute(mail, routes, transports)).toMatchObject({
      name: 'refused',
      transport: { kind: 'fail' },
      decision: { row: 'TRAN-3', verdict: 'as-routed' },
    });
  });

  it('is what was asked for by name, whatever the routes say', () => {
    expect(chooseRoute({ ...mail, transport: 'refused' }, [route({})], transports)).toMatchObject({
      name: 'refused',
      decision: { row: 'TRAN-1', verdict: 'as-asked' },
    });
    expect(chooseRoute({ ...mail, transport: 'direct' }, [route({})], transports)).toMatchObject({
      name: 'direct',
      transport: DIRECT,
    });
  });

  it('is none where the name means nothing, also a name that every object has', () => {
    for (const transport of ['gone', 'toString', '__proto__']) {
      expect(chooseRoute({ ...mail, transport }, [], transports)).toMatchObject({
        name: transport,
        transport: null,
        decision: { row: 'TRAN-2', verdict: 'unknown' },
      });
      expect(chooseRoute(mail, [route({ transport })], transports)).toMatchObject({
        name: transport,
        transport: null,
        decision: { row: 'TRAN-4', verdict: 'unknown' },
      });
    }
  });
});

describe('a route', () => {
  const matches = 'TRAN-3';
  const passes = 'TRAN-5';

  it.each<[string, Partial<Route>, Partial<RoutedMail>, string]>([
    ['without lists', {}, {}, matches],
    ['to the domain', { to: ['X.Example'] }, {}, matches],
    ['to what is below it', { to: ['.x.example'] }, {}, passes],
    ['to what is above it', { to: ['.example'] }, {}, matches],
    ['to a name with the same end', { to: ['.ample'] }, {}, passes],
    ['to an address', { to: ['[192.0.2.1]'] }, { destination: literal('192.0.2.1') }, matches],
    ['to a domain, for an address', { to: ['x.example'] }, { destination: literal('192.0.2.1') }, passes],
    ['from the domain', { from: ['from.example'] }, {}, matches],
    ['from another domain', { from: ['x.example'] }, {}, passes],
    ['from what is above it', { from: ['.example'] }, {}, matches],
    [
      'from what is above it, for a name that begins with a dot',
      { from: ['.b.example'] },
      { from: 'a@.b.example' },
      passes,
    ],
    ['from the address', { from: ['A@from.example'] }, {}, matches],
    ['from another address', { from: ['b@from.example'] }, {}, passes],
    ['from the null sender, for a sender', { from: ['<>'] }, {}, passes],
    ['from the null sender', { from: ['<>'] }, { from: '' }, matches],
    ['from a domain, for the null sender', { from: ['from.example'] }, { from: '' }, passes],
    ['of the account', { account: ['other', 'app'] }, {}, matches],
    ['of another account', { account: ['other'] }, {}, passes],
    ['of an account, for nobody', { account: ['app'] }, { account: null }, passes],
    ['of later attempts', { attempts: { atLeast: 4, atMost: null } }, { attempt: 3 }, passes],
    ['of this attempt', { attempts: { atLeast: 4, atMost: null } }, { attempt: 4 }, matches],
    ['of earlier attempts', { attempts: { atLeast: 1, atMost: 3 } }, { attempt: 4 }, passes],
    ['of which one list is not met', { to: ['x.example'], from: ['b.example'] }, {}, passes],
  ])('%s', (_, own, to, row) => {
    expect(rowFor(own, to)).toBe(row);
  });

  it('names its attempts in few words', () => {
    expect(readAttempts('>=4')).toEqual({ atLeast: 4, atMost: null });
    expect(readAttempts('> 4')).toEqual({ atLeast: 5, atMost: null });
    expect(readAttempts('<=4')).toEqual({ atLeast: 1, atMost: 4 });
    expect(readAttempts('<4')).toEqual({ atLeast: 1, atMost: 3 });
    expect(readAttempts('4')).toEqual({ atLeast: 4, atMost: 4 });
    expect(readAttempts('2-4')).toEqual({ atLeast: 2, atMost: 4 });
    expect(readAttempts(' 2 - 4 ')).toEqual({ atLeast: 2, atMost: 4 });
    expect(readAttempts(' =4 ')).toEqual({ atLeast: 4, atMost: 4 });
    expect(readAttempts('999999-999999')).toEqual({ atLeast: 999_999, atMost: 999_999 });
    for (const text of [
      '',
      '0',
      '<1',
      '4-2',
      '>=',
      'four',
      '1.5',
      '>=4,<8',
      '2-4x',
      'x2-4',
      '4x',
      'x4',
      '2-4-6',
      '0-4',
      '1000000',
    ])
      expect(readAttempts(text)).toBeNull();
  });
});

function literal(address: string) {
  return { kind: 'literal', address } as const;
}
