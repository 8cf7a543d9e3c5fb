import type { Dice } from '../arbitraries/dice.js';

const DAMAGES_MAX = 4;
const PIECE_OCTETS_MAX = 40;

/** The octets with one to four faults: bits flipped, lengths changed, pieces lost, doubled or put in from elsewhere. */
export function damage(octets: Buffer, dice: Dice): Buffer {
  let damaged: Buffer = Buffer.from(octets);
  for (let left = 1 + dice.below(DAMAGES_MAX); left > 0; left--) damaged = damageOnce(damaged, dice);
  return damaged;
}

function damageOnce(octets: Buffer, dice: Dice): Buffer {
  const at = dice.below(octets.length + 1);
  const length = 1 + dice.below(PIECE_OCTETS_MAX);
  const [head, tail] = [octets.subarray(0, at), octets.subarray(at)];
  switch (dice.below(8)) {
    case 0:
      return head;
    case 1:
      return Buffer.concat([head, tail.subarray(length)]);
    case 2:
      return Buffer.concat([head, tail.subarray(0, length), tail]);
    case 3:
      return Buffer.concat([head, Buffer.from(Array.from({ length }, () => dice.below(256))), tail]);
    case 4:
      // What counts and lengths are most often wrong by.
      octets[at] = dice.pick([0, 1, 0x3f, 0x7f, 0x80, 0xc0, 0xff]);
      return octets;
    default:
      octets[at] = dice.below(256);
      return octets;
  }
}
