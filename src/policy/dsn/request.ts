/* What a sender asks for in the parameters of MAIL and RCPT (RFC 3461, Section 4). */
import { decodeXtext, encodeBeyondAscii, encodeXtext } from '../smtp/xtext.js';

export const NOTIFY_WORDS = ['success', 'failure', 'delay'] as const;
export type NotifyWord = (typeof NOTIFY_WORDS)[number];

/** NOTIFY of a recipient. `absent`: failures and delays are told of, successes are not. */
export type Notify = 'absent' | 'never' | readonly NotifyWord[];

/** RET of a message. */
export type Ret = 'absent' | 'full' | 'headers';

/** What is asked for in the parameters of one transaction. */
export interface DsnRequest {
  readonly ret: Ret;
  /** ENVID, decoded; null: none was given. */
  readonly envelopeId: string | null;
  /** One for each recipient, in order. */
  readonly recipients: readonly RecipientDsn[];
}

/** What is asked for one recipient. */
export interface RecipientDsn {
  readonly notify: Notify;
  /** ORCPT as `type;address`, decoded; null: none was given. */
  readonly original: string | null;
}

/** The encoded value of ENVID is at most as long (Section 4.4), and that of ORCPT (Section 4.2). */
const ENVID_MAX = 100;
const ORCPT_MAX = 500;

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
  const text = value.length <= ENVID_MAX ? decodeXtext(value) : null;
  return text !== null && /^[ -~]+$/.test(text) ? text : null;
}

/** The value of ORCPT as `type;address`, decoded (but for the encoding of the type utf-8), or null if it is none. */
export function readOrcpt(value: string): string | null {
  const parts = /^([A-Za-z0-9-]+);(.+)$/.exec(value);
  if (parts === null) return null;
  const [, type, rest] = parts as unknown as readonly [string, string, string];
  const address = type.toLowerCase() === 'utf-8' ? rest : decodeXtext(rest);
  const isFit = address !== null && value.length <= ORCPT_MAX && !/\p{Cc}/u.test(address);
  return isFit ? `${type};${address}` : null;
}

/** Whether anything is asked for that a next host could be told. */
export function asksForNotices({ ret, envelopeId, recipients }: DsnRequest): boolean {
  return (
    ret !== 'absent' ||
    envelopeId !== null ||
    recipients.some(({ notify, original }) => notify !== 'absent' || original !== null)
  );
}

/** Parameters of MAIL, as they were given (Section 5.2.1): none is added. */
export function mailDsnParameters({ ret, envelopeId }: DsnRequest): readonly string[] {
  return [
    ...(ret === 'absent' ? [] : [`RET=${ret === 'full' ? 'FULL' : 'HDRS'}`]),
    ...(envelopeId === null ? [] : [`ENVID=${encodeXtext(envelopeId)}`]),
  ];
}

/** Parameters of RCPT, as they were given: none is added. */
export function recipientDsnParameters({ notify, original }: RecipientDsn): readonly string[] {
  const words = typeof notify === 'string' ? [notify] : notify;
  return [
    ...(notify === 'absent' ? [] : [`NOTIFY=${words.join(',').toUpperCase()}`]),
    ...(original === null ? [] : [`ORCPT=${encodeOrcpt(original)}`]),
  ];
}

/** An address of the type utf-8 has an encoding of its own already, but for what is beyond ASCII (RFC 6533, Section 3). */
function encodeOrcpt(original: string): string {
  const type = original.slice(0, original.indexOf(';'));
  const address = original.slice(type.length + 1);
  const isUtf8 = type.toLowerCase() === 'utf-8';
  return `${type};${isUtf8 ? encodeBeyondAscii(address) : encodeXtext(address)}`;
}

/** Whether this can be asked for as it is: parameters that no command line could carry, or that contradict one another, cannot. */
export function isAskable({ envelopeId, recipients }: DsnRequest): boolean {
  const isEnvid = envelopeId === null || readEnvid(encodeXtext(envelopeId)) === envelopeId;
  return (
    isEnvid &&
    recipients.every(
      ({ notify, original }) =>
        (typeof notify === 'string' || (notify.length > 0 && readNotify(notify.join(',')) !== null)) &&
        (original === null || (original.includes(';') && readOrcpt(encodeOrcpt(original)) !== null)),
    )
  );
}
