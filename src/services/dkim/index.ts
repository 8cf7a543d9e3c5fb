/** DKIM signatures of what is sent in our own name (RFC 6376). */
export { type DkimKey, DkimKeyCodec, type LoadedKey, loadDkimKey } from './dkim-keys.js';
export { type SignedMail, signMail } from './sign-mail.js';
export { type NoticeSigning, signNotice } from './sign-notice.js';
