/*
 * Being stopped is an answer of its own kind (CHOICE-18): at whatever question of whatever world an attempt is stopped, it
 * says nothing about anybody that the same world had not said before.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replay } from '../../src/effects/replay.js';
import { programs } from '../../src/machine/programs.js';
import type { TlsReportPolicy } from '../../src/policy/tls-report/tally.js';
import { anAttemptInput, aPolicyInput } from '../arbitraries/attempt-inputs.js';
import { acceptedIn, type Play, play, type Stop } from '../arbitraries/plays.js';
import { aWorld } from '../arbitraries/worlds.js';
import { sendingsOf } from './witness.js';

const aStop: fc.Arbitrary<Stop> = fc.record({ turn: fc.nat(30), repliesHeard: fc.nat(6) });

const isStopped = ({ result }: Play) => result.decisions.some(({ table }) => table === 'stopped');
const sessionsIn = (reports: readonly TlsReportPolicy[], of: 'success' | 'failure') =>
  reports.reduce((sum, report) => sum + report[of], 0);

describe('an attempt that is stopped', { timeout: 60_000 }, () => {
  it('delivers only what a server accepted, bounces only what a server refused, and lets all others wait (CHOICE-18)', () => {
    let stops = 0;
    fc.assert(
      fc.property(aWorld, anAttemptInput, aStop, (world, input, stop) => {
        const stopped = play(world, input, { stop });
        const whole = play(world, input);
        expect(stopped.ended.kind).toBe('finished');
        const accepted = stopped.runs.flatMap(sendingsOf).flatMap(({ exchange }) => acceptedIn(exchange));
        stopped.result.recipients.forEach(({ recipient, outcome, status, state, decision }, at) => {
          if (outcome === 'delivered' && input.purpose === 'deliver') expect(accepted).toContain(recipient);
          if (outcome === 'bounced') expect(whole.result.recipients[at]!.outcome).toBe('bounced');
          if (outcome !== 'deferred' || !isStopped(stopped)) return;
          expect([status, decision?.table]).toEqual(['4.3.0', 'stopped']);
          expect(state.verdict).toBe('next-host');
        });
        if (isStopped(stopped)) stops++;
        else expect(stopped.result).toEqual(whole.result);
      }),
    );
    expect(stops).toBeGreaterThan(20);
  });

  it('counts nothing for TLS reports and blames no host that the whole attempt would not (CHOICE-18)', () => {
    fc.assert(
      fc.property(aWorld, anAttemptInput, aStop, (world, input, stop) => {
        const stopped = play(world, input, { stop }).result;
        const whole = play(world, input).result;
        for (const of of ['success', 'failure'] as const)
          expect(sessionsIn(stopped.reports, of)).toBeLessThanOrEqual(sessionsIn(whole.reports, of));
        for (const [host, addresses] of Object.entries(stopped.dialled))
          expect(whole.dialled[host]?.slice(0, addresses.length)).toEqual(addresses);
      }),
    );
  });

  it('asks nothing more of the world, and can be replayed (CHOICE-18)', () => {
    fc.assert(
      fc.property(aWorld, fc.oneof(anAttemptInput, aPolicyInput), aStop, (world, input, stop) => {
        const { journal } = play(world, input, { stop });
        const events = journal.entries.flatMap((entry) => (entry.kind === 'answer' ? [entry.event] : []));
        const first = events.findIndex(({ type }) => type === 'aborted');
        if (first >= 0) expect(events.slice(first + 1)).toEqual([]);
        expect(replay(programs, journal).kind).toBe('same');
      }),
    );
  });

  it('learns nothing of a policy that was still being looked for (CHOICE-18)', () => {
    fc.assert(
      fc.property(aWorld, aPolicyInput, aStop, (world, input, stop) => {
        const { result, discovery } = play(world, input, { stop });
        if (result.policy === null) return;
        const whole = play(world, input);
        if (discovery.length === whole.discovery.length || result.policy.after === result.policy.before)
          expect(result.policy.known).toEqual(whole.result.policy?.known);
      }),
    );
  });
});
