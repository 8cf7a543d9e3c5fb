import { lmtpHost } from './lmtp-hosts.js';
import { startSendmailClient } from './sendmail-client.js';

lmtpHost('Sendmail', startSendmailClient);
