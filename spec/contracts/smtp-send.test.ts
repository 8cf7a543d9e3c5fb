import { node } from './node.fixture.js';
import { scripted } from './scripted.fixture.js';
import { smtpSendContract } from './smtp-send.contract.js';

smtpSendContract('the scripted world', scripted, {
  'in a group every command is answered': 'it goes command by command, as if there were no groups',
  'the octets of the message arrive as they are': 'messages have no octets there',
  'half a message is never delivered': 'messages have no octets there',
  'no address breaks out of its line': 'commands have no lines there',
});
smtpSendContract('nodeSmtp', node);
