import { startEximClient } from './exim-client.js';
import { lmtpHost } from './lmtp-hosts.js';

lmtpHost('Exim', startEximClient);
