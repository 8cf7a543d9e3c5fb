import { node } from './node.fixture.js';
import { scripted } from './scripted.fixture.js';
import { smtpSessionContract } from './smtp-session.contract.js';

smtpSessionContract('the scripted world', scripted);
smtpSessionContract('nodeSmtp', node);
