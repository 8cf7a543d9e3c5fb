import { GraceMs } from '../effects/codecs/arguments.codec.js';
import { strictObject, tagged } from '../effects/codecs/strict-object.js';
import { oneOf, wholeFrom } from '../effects/codecs/values.js';
import { checked } from '../effects/misuse.js';
import { ADDRESS_FORMS, type InheritedSocket, type ListenAddress } from './listen-address.js';

type Address = ListenAddress | InheritedSocket;

const AddressCodec = tagged<Address, 'kind'>('an address as parseListenAddress reads it', 'kind', {
  ...ADDRESS_FORMS,
  inherited: strictObject('a descriptor', {
    kind: oneOf('inherited'),
    fd: wholeFrom(0, Number.MAX_SAFE_INTEGER),
  }),
});

/** Throws a {@link MisuseError}. */
export function checkListenAddress(address: Address): void {
  checked(AddressCodec, address, 'WAXSEAL_BAD_OPTIONS', 'address');
}

/** Throws a {@link MisuseError}. */
export function checkGrace(graceMs: number): void {
  checked(GraceMs, graceMs, 'WAXSEAL_BAD_OPTIONS', 'graceMs');
}
