import { MisuseError } from '../../effects/misuse.js';
import type { SuppressionStore } from '../../effects/queue-stores.js';
import { parseMailbox } from '../../policy/names/mailbox.js';

/** Throws a `MisuseError` that names the addresses for which nothing is taken any more; rejects if that cannot be known. */
export async function refuseSuppressed(
  store: Pick<SuppressionStore, 'among'>,
  addresses: readonly string[],
  toAscii: (domain: string) => string,
): Promise<void> {
  const written = addresses.map((address) =>
    (parseMailbox(address, toAscii)?.address ?? address).toLowerCase(),
  );
  const found = await store.among(written);
  if (found.length > 0)
    throw new MisuseError(
      'WAXSEAL_BAD_ADDRESS',
      `nothing is taken for ${found.join(', ')} any more: it is on the suppression list`,
    );
}
