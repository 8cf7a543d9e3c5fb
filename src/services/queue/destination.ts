import { MisuseError } from '../../effects/misuse.js';
import { parseMailbox } from '../../policy/names/mailbox.js';

/** Where mail for an address goes: a domain in lower-case A-labels, or an address in brackets. Throws a `MisuseError`. */
export function destinationOf(address: string, toAscii: (domain: string) => string): string {
  const destination = parseMailbox(address, toAscii)?.destination;
  if (destination === undefined)
    throw new MisuseError(
      'WAXSEAL_BAD_ADDRESS',
      `"${address}" is not an address; give one like ann@example.org`,
    );
  return destination.kind === 'domain' ? destination.name : `[${destination.address}]`;
}
