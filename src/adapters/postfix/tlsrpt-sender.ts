/*
 * Telling a TLSRPT collector of deliveries. Node opens Unix sockets of the stream kind only, so the caller brings whatever can
 * write a datagram: a native module, or a helper process such as "socat -u -b 65000 STDIN UNIX-SENDTO:PATH" for each.
 */
import { Callable } from '../../effects/codecs/values.js';
import { checked } from '../../effects/misuse.js';
import { encodeTlsrptDatagram, type TlsrptDelivery } from './tlsrpt-datagram.js';

/** Writes one datagram to the collector's socket; rejects if it was not taken. */
export type WriteDatagram = (datagram: Uint8Array) => Promise<void>;

/**
 * `lost`: the collector is not there, or its queue is full. Nothing is kept and nothing is tried again, because reports are
 * statistics, and mail must not wait for them.
 */
export type TlsrptSent = 'sent' | 'lost' | 'nothing' | 'too-large';

/** Tells the collector of one delivery. Rejects with a {@link MisuseError} for what is none, or no function, and else never. */
export async function sendTlsrptDatagram(
  write: WriteDatagram,
  delivery: TlsrptDelivery,
): Promise<TlsrptSent> {
  checked(Callable, write, 'WAXSEAL_BAD_OPTIONS', 'write');
  const encoded = encodeTlsrptDatagram(delivery);
  if (encoded.kind !== 'datagram') return encoded.kind;
  try {
    await write(new TextEncoder().encode(encoded.text));
    return 'sent';
  } catch {
    return 'lost';
  }
}
