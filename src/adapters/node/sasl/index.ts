/** Saying who we are (RFC 4422, RFC 4954): the client's side of each mechanism, and the dialogue around it. */
export { authenticate, type Converse } from './authenticate.js';
export { type ChannelBinding, channelBinding } from './channel-binding.js';
export { clientMechanism, type MechanismTask } from './mechanisms.js';
