import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Soonest } from './soonest.js';

it('finds what a look at everything finds, whatever is set and wherever the clock goes', () => {
  const aName = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const anAct = fc.oneof(
    fc.record({ set: aName, time: fc.option(fc.nat(20), { freq: 4 }) }),
    fc.record({ upTo: fc.nat(20) }),
    fc.constant({ first: true } as const),
  );
  fc.assert(
    fc.property(fc.array(anAct, { maxLength: 40 }), (acts) => {
      const soonest = new Soonest();
      const naive = new Map<string, number>();
      for (const act of acts) {
        if ('set' in act) {
          soonest.set(act.set, act.time);
          if (act.time === null) naive.delete(act.set);
          else naive.set(act.set, act.time);
        } else if ('upTo' in act) {
          const due = [...naive].filter(([, time]) => time <= act.upTo).map(([name]) => name);
          expect([...soonest.upTo(act.upTo)].sort()).toEqual(due.sort());
        } else expect(soonest.first()).toBe(naive.size === 0 ? null : Math.min(...naive.values()));
      }
    }),
    { numRuns: 1000 },
  );
});
