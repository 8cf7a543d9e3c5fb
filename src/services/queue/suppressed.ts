import { methods } from '../../effects/codecs/strict-object.js';
import { Callable, Texts } from '../../effects/codecs/values.js';
import { checked, MisuseError } from '../../effects/misuse.js';
import type { SuppressionStore } from '../../effects/queue-stores.js';
import { comparable, parseMailbox } from '../../policy/names/mailbox.js';

const StoreCodec = methods<Pick<SuppressionStore, 'among'>>('a store with among', { among: true });

/**
 * Rejects with a `MisuseError` that names the addresses for which nothing is taken any more, or the argument that is none of its
 * kind; and as the store does, if that cannot be known.
 */
export async function refuseSuppressed(
  store: Pick<SuppressionStore, 'among'>,
  addresses: readonly string[],
  toAscii: (domain: string) => string,
): Promise<void> {
  checked(StoreCodec, store, 'WAXSEAL_BAD_OPTIONS', 'store');
  checked(Texts, addresses, 'WAXSEAL_BAD_OPTIONS', 'addresses');
  checked(Callable, toAscii, 'WAXSEAL_BAD_OPTIONS', 'toAscii');
  const written = addresses.map((address) => comparable(parseMailbox(address, toAscii)?.address ?? address));
  const found = await store.among(written);
  if (found.length > 0)
    throw new MisuseError(
      'WAXSEAL_BAD_ADDRESS',
      `nothing is taken for ${found.join(', ')} any more: it is on the suppression list`,
    );
}
