import fc from 'fast-check';
import type { Player } from '../../src/effects/simulate.js';

/** Which of several open questions is answered next: places in the list of them, used in turn. */
export type Schedule = readonly number[];

export const aSchedule: fc.Arbitrary<Schedule> = fc.array(fc.nat(5), { maxLength: 4 });

export function choiceOf(schedule: Schedule): NonNullable<Player['choose']> {
  let turn = 0;
  return (open) => open[(schedule[turn++] ?? 0) % open.length]!;
}
