import { node } from './node.fixture.js';
import { scripted } from './scripted.fixture.js';
import { smtpAuthContract } from './smtp-auth.contract.js';

smtpAuthContract('the scripted world', scripted);
smtpAuthContract('nodeSmtp', node);
