import { domainToASCII } from 'node:url';
import { expect, it } from 'vitest';
import { refuseSuppressed } from './suppressed.js';

const storeOf = (...suppressed: readonly string[]) => {
  const asked: (readonly string[])[] = [];
  return {
    asked,
    among: async (addresses: readonly string[]) => {
      asked.push(addresses);
      return addresses.filter((address) => suppressed.includes(address));
    },
  };
};

it('asks for addresses as they are kept: in lower case, with A-labels', async () => {
  const store = storeOf('bob@b.test');
  const addresses = ['Ann@A.test', 'ann@b\u00fccher.test', 'No Address'];
  await expect(refuseSuppressed(store, addresses, domainToASCII)).resolves.toBeUndefined();
  expect(store.asked).toEqual([['ann@a.test', 'ann@xn--bcher-kva.test', 'no address']]);
});

it('lets nobody around the list by quotes, which are none of the name (RFC 5321, Section 4.1.2)', async () => {
  const store = storeOf('ann@a.test');
  await expect(refuseSuppressed(store, ['"Ann"@a.test'], () => '')).rejects.toThrow('ann@a.test');
});

it('names all to whom nothing is taken any more', async () => {
  const store = storeOf('ann@a.test', 'bob@a.test');
  await expect(refuseSuppressed(store, ['Ann@a.test', 'x@a.test', 'bob@a.test'], () => '')).rejects.toThrow(
    expect.objectContaining({
      code: 'WAXSEAL_BAD_ADDRESS',
      message: expect.stringContaining('ann@a.test, bob@a.test any more'),
    }),
  );
});

it.each([
  ['store', [{}, [], () => '']],
  ['addresses', [storeOf(), 'ann@a.test', () => '']],
  ['toAscii', [storeOf(), [], 'a.test']],
])('names the argument that is none of its kind: %s', async (named, given) => {
  await expect(
    refuseSuppressed(...(given as unknown as Parameters<typeof refuseSuppressed>)),
  ).rejects.toThrow(
    expect.objectContaining({ code: 'WAXSEAL_BAD_OPTIONS', message: expect.stringContaining(named) }),
  );
});

it('says what the store says, if it cannot be known', async () => {
  const away = { among: () => Promise.reject(new Error('away')) };
  await expect(refuseSuppressed(away, ['ann@a.test'], () => '')).rejects.toThrow('away');
});
