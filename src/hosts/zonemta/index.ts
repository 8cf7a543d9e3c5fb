/** A plugin for ZoneMTA's sender processes. In its configuration: `plugins: { "modules/waxseal/zonemta": { enabled: "sender" } }`. */
export { init, title } from './plugin.js';
