/*
 * What mail systems say of their sessions, in the words that they have: lines of replies, errors, a reply for each recipient. What
 * is left out because it went well is taken to have gone well; that a message was taken is never supposed.
 */
import type { AskOf, TransactionAnswer } from '../../effects/catalog.js';
import type { SocketPorts } from '../../effects/socket-ports.js';
import {
  classOf,
  type Lost,
  type LostCause,
  type Reply,
  type ReplyClass,
  replyOf,
} from '../../policy/smtp/reply.js';

/** A reply as it was read, with its code on each line (`250-mx.example\r\n250 SIZE 1000`), or in parts; or the error that came instead. */
export type ReplyWords = string | Reply | Error;

/** The replies to a transaction. One alone is the reply to the final dot, an error alone how the connection was lost. */
export type TransactionWords = ReplyWords | TransactionStages;

export interface TransactionStages {
  readonly mail?: ReplyWords;
  /** In order, or by address; those left out were accepted. */
  readonly recipients?: readonly (ReplyWords | null)[] | Readonly<Record<string, ReplyWords>>;
  readonly data?: ReplyWords;
  /** To the final dot; left out: it was never heard, and the message counts as not taken. */
  readonly end?: ReplyWords;
  /** How the connection was lost, if it was. */
  readonly error?: unknown;
  /** Whether the final dot had been sent by then. */
  readonly dotSent?: boolean;
}

type Causes = Pick<SocketPorts, 'lostCause'>;

const LINES_MAX = 128;
const LINE_LENGTH_MAX = 2048;
const REPLY_LENGTH_MAX = 65_536;
const SAID_LENGTH_MAX = 512;

/** Total: what is no reply counts as malformed. */
export function readReply(words: ReplyWords, causes: Causes): Reply | Lost {
  if (words instanceof Error) return { kind: 'lost', cause: causes.lostCause(words) };
  const lines = typeof words === 'string' ? linesOf(words) : codedLines(words);
  const read = lines.map((line) => /^([2-5]\d\d)(?:[ \t-](.*))?$/s.exec(line));
  if (lines.length > LINES_MAX || read.includes(null))
    return { kind: 'lost', cause: 'malformed', said: printable(lines.join(' ').slice(0, SAID_LENGTH_MAX)) };
  return replyOf(
    read.map((line) => Number(line![1])),
    read.map((line) => printable((line![2] ?? '').slice(0, LINE_LENGTH_MAX))),
  );
}

function linesOf(text: string): readonly string[] {
  return text
    .slice(0, REPLY_LENGTH_MAX)
    .replace(/\r?\n$/, '')
    .split(/\r?\n/, LINES_MAX + 1);
}

function codedLines({ code, codes, lines }: Reply): readonly string[] {
  return lines.slice(0, LINES_MAX + 1).map((line, at) => `${codes?.[at] ?? code} ${line}`);
}

export function isLost(heard: Reply | Lost): heard is Lost {
  return 'kind' in heard;
}

/** What the words mean for each stage: before the last stage that is told all went well, behind it nothing was heard. */
export function readTransaction(
  words: TransactionWords,
  { recipients: to }: Pick<AskOf<'smtp.send'>, 'recipients'>,
  causes: Causes,
): TransactionAnswer {
  const told = stagesIn(words);
  const reached = STAGES.findLastIndex((stage) => told[stage] !== undefined);
  const transcript = new Transcript(causes);
  const hear = (stage: 'mail' | 'data' | 'end', ordinary: Reply) =>
    transcript.hear(told[stage], STAGES.indexOf(stage) < reached ? ordinary : null);

  const mail = hear('mail', TAKEN);
  const recipients = to.map((recipient, at) => {
    if (!isOf('2yz', mail)) return null;
    const own = ownWords(told.recipients, recipient, at);
    return own === null ? null : transcript.hear(own, reached >= STAGES.indexOf('recipients') ? TAKEN : null);
  });
  const data = recipients.some((reply) => isOf('2yz', reply)) ? hear('data', GO_AHEAD) : null;
  const end = isOf('3yz', data) ? hear('end', TAKEN) : null;
  const lost = transcript.lost ?? (told.error === undefined ? null : causes.lostCause(told.error));
  // Whoever neither heard the end nor was refused before it has lost the connection, whether he says so or not.
  const isOver = end !== null || isRefused(mail, recipients, data);
  return {
    ...{ mail, recipients, data, end, lost: lost ?? (isOver ? null : 'closed') },
    ...(told.dotSent === true && end === null ? { dotSent: 'yes' as const } : {}),
  };
}

const STAGES = ['mail', 'recipients', 'data', 'end'] as const;

function stagesIn(words: TransactionWords): TransactionStages {
  if (words instanceof Error) return { error: words };
  return isReply(words) ? { end: words } : words;
}

function isReply(words: string | Reply | TransactionStages): words is string | Reply {
  return typeof words === 'string' || 'lines' in words;
}

function isOf(wanted: ReplyClass, reply: Reply | null): boolean {
  return reply !== null && classOf(reply) === wanted;
}

function isRefused(mail: Reply | null, recipients: readonly (Reply | null)[], data: Reply | null): boolean {
  if (mail !== null && !isOf('2yz', mail)) return true;
  const isNobodyLeft = recipients.every((reply) => reply !== null && !isOf('2yz', reply));
  return isNobodyLeft || (data !== null && !isOf('3yz', data));
}

const TAKEN: Reply = Object.freeze({ code: 250, lines: Object.freeze(['taken']) as readonly string[] });
const GO_AHEAD: Reply = Object.freeze({ code: 354, lines: Object.freeze(['go ahead']) as readonly string[] });

/** Replies in order; behind the first that is none there is no other. */
class Transcript {
  lost: LostCause | null = null;
  readonly #causes: Causes;

  constructor(causes: Causes) {
    this.#causes = causes;
  }

  hear(words: ReplyWords | undefined, otherwise: Reply | null): Reply | null {
    if (this.lost !== null) return null;
    if (words === undefined) return otherwise;
    const heard = readReply(words, this.#causes);
    if (!isLost(heard)) return heard;
    this.lost = heard.cause;
    return null;
  }
}

function ownWords(
  named: readonly (ReplyWords | null)[] | Readonly<Record<string, ReplyWords>> | undefined,
  recipient: string,
  at: number,
): ReplyWords | null | undefined {
  if (named === undefined) return undefined;
  if (Array.isArray(named)) return named[at] as ReplyWords | null | undefined;
  return Object.hasOwn(named, recipient)
    ? (named as Readonly<Record<string, ReplyWords>>)[recipient]
    : undefined;
}

function printable(text: string): string {
  return text.replace(/\t/g, ' ').replace(/\p{Cc}/gu, '?');
}
