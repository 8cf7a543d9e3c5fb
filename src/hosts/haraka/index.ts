/** A plugin for Haraka's outbound queue. In `plugins/waxseal.js`: `Object.assign(exports, require('waxseal/haraka'))`. */
export { hook_capabilities, hook_mail, register, send, shutdown } from './plugin.js';
