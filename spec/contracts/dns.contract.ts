import { expect } from 'vitest';
import type { AnswerOf } from '../../src/effects/catalog.js';
import { describeContract, type Exceptions } from './clauses.fixture.js';
import { type DnsEffect, type DnsSubject, failed, ROWS, type Row, withPort } from './dns-answers.fixture.js';
import { world } from './dns-world.fixture.js';
import { journalled } from './journalled.fixture.js';
import type { Start } from './subject.fixture.js';

const DEADLINE_MS = 120_000;

function clausesOf(subject: () => DnsSubject) {
  const ask = <K extends DnsEffect>(
    type: K,
    name: string,
    { deadlineMs = DEADLINE_MS, signal = new AbortController().signal } = {},
  ): Promise<AnswerOf<K>> => {
    const { dns } = subject();
    const question = { name: withPort(name, subject()), deadlineMs };
    return journalled(type, dns[type](question, signal) as Promise<AnswerOf<K>>);
  };
  const every = Object.values<Row>(ROWS);

  return {
    'gives the same answers again, but for a cache that counts their TTL down': async () => {
      for (const { asks, of, gets } of [
        ROWS['MX: an alias is followed, and named'],
        ROWS['addresses: of both families'],
      ]) {
        await ask(asks, of);
        expect(withoutTtl(await ask(asks, of))).toEqual(withoutTtl(gets(subject())));
      }
    },
    'answers questions that are asked at once, each its own': async () => {
      const quick = every.filter(({ deadlineMs }) => deadlineMs === undefined);
      const together = await Promise.all(quick.map(({ asks, of }) => ask(asks, of)));
      for (const [index, { asks, of }] of quick.entries()) {
        expect(withoutTtl(together[index])).toEqual(withoutTtl(await ask(asks, of)));
      }
    },
    // Of what is not there, so that no cache knows it.
    'gives up when the signal aborts': async () => {
      const gone = { signal: AbortSignal.abort() };
      const failure = failed('timeout');
      expect(await ask('dns.mx', 'nowhere.signed.example', gone)).toEqual(failure);
      expect(await ask('dns.addresses', 'nowhere.signed.example', gone)).toEqual({
        a: failure,
        aaaa: failure,
      });
      const soon = { signal: AbortSignal.timeout(20), deadlineMs: 600_000 };
      expect(await ask('dns.txt', 'timeout.signed.example', soon)).toEqual(failure);
    },
    'answers every question also where the signal has aborted': async () => {
      await Promise.all(every.map(({ asks, of }) => ask(asks, of, { signal: AbortSignal.abort() })));
    },
    ...(Object.fromEntries(
      Object.entries<Row>(ROWS).map(([clause, { asks, of, gets, deadlineMs = DEADLINE_MS }]) => [
        clause,
        async () => expect(await ask(asks, of, { deadlineMs })).toEqual(gets(subject())),
      ]),
    ) as Record<keyof typeof ROWS, () => Promise<void>>),
  };
}

function withoutTtl(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer), (key, value) => (key === 'ttlSeconds' ? undefined : value));
}

/** Holds what asks the DNS to the contract of `dns.mx`, `dns.txt`, `dns.addresses`, `dns.cname` and `dns.tlsa`. */
export function dnsContract(
  adapter: string,
  start: Start<keyof DnsSubject>,
  exceptions: Exceptions<keyof ReturnType<typeof clausesOf>> = {},
): void {
  describeContract(`dns: ${adapter}`, () => start(world), clausesOf, exceptions);
}
