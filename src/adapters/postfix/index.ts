/** What Waxseal speaks with Postfix and its helpers. */
export {
  DATAGRAM_OCTETS_MAX,
  encodeTlsrptDatagram,
  type TlsrptDatagram,
  type TlsrptDelivery,
} from './tlsrpt-datagram.js';
export { sendTlsrptDatagram, type TlsrptSent, type WriteDatagram } from './tlsrpt-sender.js';
