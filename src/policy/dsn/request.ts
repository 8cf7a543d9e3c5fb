/* What a sender asks for in the parameters of MAIL and RCPT (RFC 3461, Section 4). */
import { decodeXtext } from '../smtp/xtext.js';

export const NOTIFY_WORDS = ['success', 'failure', 'delay'] as const;
export type NotifyWord = (typeof NOTIFY_WORDS)[number];

/** NOTIFY of a recipient. `absent`: failures and delays are told of, successes are not. */
export type Notify = 'absent' | 'never' | readonly NotifyWord[];

/** RET of a message. */
export type Ret = 'absent' | 'full' | 'headers';

/** ENVID or ORCPT, decoded, is at most as long. */
const DECODED_MAX = 500;

/** The value of NOTIFY, or null if it is none. */
export function readNotify(value: string): Notify | null {
  const words = value.toLowerCase().split(',');
  if (words.length === 1 && words[0] === 'never') return 'never';
  const isKnown = (word: string): word is NotifyWord => (NOTIFY_WORDS as readonly string[]).includes(word);
  return words.every(isKnown) && new Set(words).size === words.length ? words : null;
}

/** The value of RET, or null if it is none. */
export function readRet(value: string): Ret | null {
  switch (value.toUpperCase()) {
    case 'FULL':
      return 'full';
    case 'HDRS':
      return 'headers';
    default:
      return null;
  }
}

/** The value of ENVID, decoded, or null if it is none: printable ASCII. */
export function readEnvid(value: string): string | null {
  const text = decodeXtext(value);
  return text !== null && text.length <= DECODED_MAX && /^[ -~]+$/.test(text) ? text : null;
}

/** The value of ORCPT as `type;address`, decoded (but for the encoding of the type utf-8), or null if it is none. */
export function readOrcpt(value: string): string | null {
  const parts = /^([A-Za-z0-9-]+);(.+)$/.exec(value);
  if (parts === null) return null;
  const [, type, rest] = parts as unknown as readonly [string, string, string];
  const address = type.toLowerCase() === 'utf-8' ? rest : decodeXtext(rest);
  const isFit = address !== null && address.length <= DECODED_MAX && !/\p{Cc}/u.test(address);
  return isFit ? `${type};${address}` : null;
}
