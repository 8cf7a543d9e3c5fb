import { node } from './node.fixture.js';
import { peerInspectContract } from './peer-inspect.contract.js';
import { scripted } from './scripted.fixture.js';

peerInspectContract('the scripted world', scripted);
peerInspectContract('nodeSmtp', node);
