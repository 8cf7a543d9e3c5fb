import fc from 'fast-check';
import { it } from 'vitest';
import { anAttemptInput } from '/work/main/property-tests/arbitraries/attempt-inputs.js';
import { aWorld } from '/work/main/property-tests/arbitraries/worlds.js';
import { aSchedule } from '/work/main/property-tests/arbitraries/schedules.js';
import { play } from '/work/main/property-tests/arbitraries/plays.js';
it('stats', () => {
  const t0 = performance.now();
  let gen = 0;
  const counts = new Map<string, number>();
  fc.assert(fc.property(aWorld, anAttemptInput, aSchedule, (w, i, s) => {
    const p = play(w, i, { schedule: s });
    const r = p.result.recipients[0]!;
    const auth = r.outcome === 'delivered' ? `${r.host?.tls ? 'tls' : 'clear'} ${r.host!.authentication}` : r.status;
    const k = p.ended.kind === 'fault' ? `fault ${p.ended.message}` : `${r.outcome} ${auth} ${r.decision?.row ?? ''}`;
    counts.set(k, (counts.get(k) ?? 0) + 1);
  }), { numRuns: 3000, seed: 1 });
  console.log(performance.now() - t0, [...counts].sort((a, b) => b[1] - a[1]).map(([k, n]) => `${n} ${k}`).join('\n'));
});
