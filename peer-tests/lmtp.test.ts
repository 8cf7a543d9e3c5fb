import { lmtpHost } from './lmtp-hosts.js';
import { startPostfixClient } from './postfix-client.js';

const WORDS = { sent: 'delivered', deferred: 'deferred', bounced: 'bounced' } as const;

lmtpHost('Postfix', async (port) => {
  const postfix = await startPostfixClient({
    // The four lines of the README.
    settings: [
      `default_transport = lmtp:inet:127.0.0.1:${port}`,
      'lmtp_destination_recipient_limit = 1',
      'lmtp_send_xforward_command = yes',
      'lmtp_tls_security_level = may',
    ],
  });
  return {
    ...postfix,
    handedOver: async (count) =>
      (await postfix.handedOver(count)).map(({ recipient, status, dsn, says }) => ({
        recipient,
        outcome: WORDS[status],
        says: `${dsn}: ${says}`,
      })),
  };
});
