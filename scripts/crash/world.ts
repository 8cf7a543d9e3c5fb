/* The world that a daemon which is killed delivers to. */
import type { World } from '../../src/testing/index.js';

export const DOMAINS = ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}.test`);

export function world(): World {
  const names = [...DOMAINS, 's.test'];
  return {
    dns: Object.fromEntries(
      names.flatMap((name) => [
        [`MX ${name}`, [`10 mx.${name}`]],
        [`A mx.${name}`, [`@mx.${name}`]],
      ]),
    ),
    // One domain refuses for good, so that senders have to be told.
    mail: Object.fromEntries(
      names.map((name) => [
        `mx.${name}`,
        name === 'e.test' ? { replies: { end: '550 5.7.1 not wanted' } } : {},
      ]),
    ),
  };
}
