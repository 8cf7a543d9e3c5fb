import { node } from './node.fixture.js';
import { scripted } from './scripted.fixture.js';
import { smtpSessionContract } from './smtp-session.contract.js';

smtpSessionContract('the scripted world', scripted, {
  'STARTTLS before EHLO': 'its servers do not insist on the order of commands',
  'the server name goes along where it is one': 'nobody there looks at names',
  'gives up when the signal aborts': 'it knows every answer at once',
});
smtpSessionContract('nodeSmtp', node);
