import { randomBytes } from 'node:crypto';
import type { Port } from '../../effects/ports.js';

const COUNT_MAX = 1000;

/** Uniform integers from the system's generator. At most 1000 at a time, whatever was asked. */
export const nodeRandom: Port<'random.draw'> = async ({ count }) => {
  const wanted = Math.min(Math.max(Math.trunc(count) || 0, 0), COUNT_MAX);
  const octets = randomBytes(4 * wanted);
  return { values: Array.from({ length: wanted }, (_, i) => octets.readUInt32BE(4 * i)) };
};
