import { expect, it } from 'vitest';
import { destinationOf } from './destination.js';

it('is the domain of an address, or the address in its brackets, and of nothing else', () => {
  const of = (address: string) => destinationOf(address, () => '');
  expect(['a@B.example', 'a@[192.0.2.1]', 'a@[IPv6:2001:DB8::1]'].map(of)).toEqual([
    ...['b.example', '[192.0.2.1]', '[2001:db8::1]'],
  ]);
  for (const none of ['nobody', 'a@', 'a@-b.example'])
    expect(() => of(none), none).toThrow(expect.objectContaining({ code: 'WAXSEAL_BAD_ADDRESS' }));
});
