import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttemptInput } from '../../src/policy/attempt/types.js';
import { anAttemptInput } from '../arbitraries/attempt-inputs.js';
import { acceptedIn, exchangesOf, play } from '../arbitraries/plays.js';
import { DOMAIN, MX_NAMES, ODD_MX_NAMES } from '../arbitraries/universe.js';
import { aWorld, type World } from '../arbitraries/worlds.js';
import { relayOf } from './naive-demands.js';
import { sendingsOf } from './witness.js';

/** RFC 5321, Section 5.1: by preference, equal ones as drawn; each once. */
function inOrder({ mx, draws }: World): readonly string[] {
  if (mx.kind === 'failed') return [];
  if (mx.denial === 'nodata') return [DOMAIN];
  const known: readonly string[] = [...MX_NAMES, ...ODD_MX_NAMES];
  const hosts = mx.records
    .map(({ preference, exchange }, at) => ({ exchange, key: [preference, draws[at] ?? 0, at] }))
    .filter(({ exchange }) => known.includes(exchange))
    .sort((a, b) => a.key[0]! - b.key[0]! || a.key[1]! - b.key[1]! || a.key[2]! - b.key[2]!);
  return [...new Set(hosts.map(({ exchange }) => exchange))];
}

/** Where there are too many, those that no attempt has come to yet are taken first. */
function boundedBy(
  { dialled, settings }: Pick<AttemptInput, 'dialled' | 'settings'>,
  hosts: readonly string[],
): readonly string[] {
  const old = hosts.filter((host) => Object.hasOwn(dialled, host));
  const fresh = hosts.filter((host) => !old.includes(host));
  const chosen = [...fresh, ...old].slice(0, settings.candidatesMax);
  return hosts.filter((host) => chosen.includes(host));
}

describe('law 6', () => {
  it('candidates are tried in order, each at most once an attempt (SMTP-5.1-6)', () => {
    fc.assert(
      fc.property(aWorld, anAttemptInput, (world, input) => {
        const tried = play(world, input).runs.map(({ host }) => host);
        const relay = relayOf(input);
        const own =
          input.destination.kind === 'literal'
            ? [input.destination.address]
            : boundedBy(input, inOrder(world));
        const wanted = relay === null ? own : [relay];
        expect(tried).toEqual(wanted.slice(0, tried.length));
      }),
    );
  });

  it('every attempt ends in an outcome for every recipient, and none of them is served twice (CHOICE-15)', () => {
    fc.assert(
      fc.property(aWorld, anAttemptInput, (world, input) => {
        const { result, runs } = play(world, input);
        expect(result.recipients.map(({ recipient }) => recipient)).toEqual(input.recipients);
        const accepted = runs.flatMap(sendingsOf).flatMap(({ exchange }) => acceptedIn(exchange));
        expect(new Set(accepted).size).toBe(accepted.length);
        for (const { recipient, outcome, status } of result.recipients) {
          if (input.purpose === 'deliver') expect(outcome === 'delivered').toBe(accepted.includes(recipient));
          expect(status).toMatch(
            { delivered: /^2\.\d+\.\d+$/, deferred: /^4\.\d+\.\d+$/, bounced: /^5\.\d+\.\d+$/ }[outcome],
          );
        }
      }),
    );
  });

  it('a recipient named twice gets, each time, the outcome that the server gave it (CHOICE-15)', () => {
    fc.assert(
      fc.property(aWorld, anAttemptInput, (world, input) => {
        const twice = { ...input, recipients: ['x@a.example', 'x@a.example'] };
        const { result, runs } = play(world, twice);
        const sendings = runs.flatMap(sendingsOf);
        if (sendings.length === 0 || runs.length !== 1) return;
        const delivered = result.recipients.map(({ outcome }) => outcome === 'delivered');
        const taken = sendings.flatMap(({ exchange }) => acceptedIn(exchange));
        expect(delivered.filter((each) => each).length).toBe(taken.length);
        // Who is named in a transaction that names both is known by its place. One that names one is for whom the last left over.
        const both = sendings.findLast(({ exchange }) => exchange.ask.recipients.length === 2);
        if (both === undefined || sendings.at(-1) !== both) return;
        const { ask, answer } = both.exchange;
        const isDelivered = (at: number) =>
          acceptedIn({
            ...both.exchange,
            ask: { ...ask, recipients: [`${at}`] },
            answer: { ...answer, recipients: [answer.recipients[at]!] },
          }).length > 0;
        expect(delivered).toEqual([isDelivered(0), isDelivered(1)]);
      }),
    );
  });

  it('every connection that was opened is left by QUIT, and nothing is said after it (SMTP-4.1.1.10-1)', () => {
    fc.assert(
      fc.property(aWorld, anAttemptInput, (world, input) => {
        for (const { exchanges } of play(world, input).runs) {
          const opened = exchangesOf(exchanges, 'smtp.connect')
            .filter(({ answer }) => answer.kind !== 'failed')
            .map(({ ask }) => ask.session);
          expect(exchangesOf(exchanges, 'smtp.quit').map(({ ask }) => ask.session)).toEqual(opened);
        }
      }),
      { numRuns: 500 },
    );
  });
});
