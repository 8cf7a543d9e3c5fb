export type { ReuseOptions } from './kept-connections.js';
export { type ReusingSmtp, reusingSmtp } from './reusing-smtp.js';
