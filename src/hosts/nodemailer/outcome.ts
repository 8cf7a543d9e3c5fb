/*
 * What became of a message in the words that Nodemailer's users know: accepted, rejected and pending recipients, errors with a code,
 * the reply and the command that it answered.
 */
import type { RecipientReport } from '../../engine/recipient-report.js';
import type { AttemptResult } from '../../policy/attempt/types.js';
import type { SmtpCommand } from '../../policy/host/exchange.js';

/** What a message was sent with, as Nodemailer has it. */
export interface Envelope {
  readonly from: string | false;
  readonly to: readonly string[];
}

/** A failure, with what handlers of Nodemailer's errors look at. */
export interface TransportError extends Error {
  code: string;
  /** The reply of the server, or what it comes to: code, enhanced status, text. */
  response?: string;
  /** Three digits; of a server, or, where there was none, 450 to come again and 550 to give up. */
  responseCode?: number;
  /** What was answered, or to be answered: `MAIL FROM`, `RCPT TO`, `DATA`, `EHLO`, `STARTTLS`, `CONN`. */
  command?: string;
  recipient?: string;
  /** Whether there is no point in trying again. */
  permanent?: boolean;
  /** The decision that stopped it; see `waxseal tables ROW`. */
  row?: string;
  accepted?: string[];
  rejected?: string[];
  pending?: string[];
  rejectedErrors?: TransportError[];
  pendingErrors?: TransportError[];
  envelope?: Envelope;
  messageId?: string;
  results?: readonly RecipientReport[];
  /** For the next attempt at the message: `waxseal: { attempt, dialled }`. */
  dialled?: AttemptResult['dialled'];
  retryAt?: number | null;
}

/** What `sendMail` resolves to. */
export interface SentMessage {
  envelope: { from: string | false; to: string[] };
  messageId: string;
  /** Who got it. */
  accepted: string[];
  /** Who will never get it. */
  rejected: string[];
  /** Who may get it later, if it is sent to them again; this transport keeps no queue. */
  pending: string[];
  rejectedErrors?: TransportError[];
  pendingErrors?: TransportError[];
  /** The reply of the last server that took it. */
  response: string;
  /** Milliseconds until the message was complete. */
  messageTime: number;
  /** Milliseconds that the attempt took. */
  envelopeTime: number;
  /** Octets. */
  messageSize: number;
  /** One for each recipient, in order. */
  results: readonly RecipientReport[];
  /** For the next attempt at those who are pending: `waxseal: { attempt, dialled }`. */
  dialled: AttemptResult['dialled'];
  /** When they are to be tried again, in milliseconds since 1970; null: nobody is pending, or it is time to give up. */
  retryAt: number | null;
  // Nodemailer's own type of a result has fields of any name.
  [field: string]: unknown;
}

/** How one recipient failed. `happened`: what stood in the way, in a sentence; `whom`: as the message has it. */
export function errorFor(
  report: RecipientReport,
  happened: string | null,
  whom = `<${report.recipient}>`,
): TransportError {
  const { recipient, outcome, status, reply, because, mx, domain } = report;
  const isPermanent = outcome === 'bounced';
  const responseCode =
    reply !== null && isOfClass(reply.code, isPermanent) ? reply.code : isPermanent ? 550 : 450;
  const why = because?.why.replace(/\.$/, '') ?? 'A fault of ours';
  const said = reply === null ? (happened === null ? why : `${happened} ${why}`) : reply.text;
  // Most hosts begin with the status themselves.
  const text = said.startsWith(status) ? said : `${status} ${said}`;
  const row = because === null ? '' : ` (${because.row})`;
  const at = mx ?? domain;
  const error = new Error(`${whom} ${isPermanent ? 'was refused' : 'has to wait'} at ${at}: ${text}${row}`);
  return Object.assign(error, {
    code: codeOf(report),
    response: `${responseCode} ${text}`,
    responseCode,
    command: commandOf(report),
    recipient,
    permanent: isPermanent,
    ...(because !== null && { row: because.row }),
  });
}

/** What is said where nobody got the message: the word of one who has to wait, if there is one, because callers give up at 5xx. */
export function errorForAll(failures: readonly TransportError[]): TransportError {
  const spoken = failures.find(({ permanent }) => permanent === false) ?? failures.at(-1)!;
  const codes = new Set(failures.map(({ code }) => code));
  const error = new Error(
    failures.length === 1
      ? spoken.message
      : `Nobody of ${failures.length} recipients got the message: ${spoken.message}`,
  );
  const { response, responseCode, command, permanent, row } = spoken;
  return Object.assign(error, {
    code: codes.size === 1 ? spoken.code : 'EENVELOPE',
    ...(response !== undefined && { response }),
    ...(responseCode !== undefined && { responseCode }),
    ...(command !== undefined && { command }),
    ...(permanent !== undefined && { permanent }),
    ...(row !== undefined && { row }),
  });
}

/** A failure before any recipient was spoken of. */
export function failure(code: string, message: string, cause?: unknown): TransportError {
  return Object.assign(new Error(message, cause === undefined ? undefined : { cause }), { code });
}

/** As Nodemailer makes it. */
export function abortError(signal: AbortSignal): TransportError {
  const error = failure('EABORT', 'Message sending aborted', signal.reason);
  error.name = 'AbortError';
  return error;
}

/** Nodemailer's word for what stopped a recipient, by what decided and the status that it came to. */
function codeOf({ status, command, because }: RecipientReport): string {
  if (because?.table === 'requiretls-keyword' || status === '5.7.30') return 'EREQUIRETLS';
  const [, subject, detail] = status.split('.');
  if (because?.table === 'reply-meaning' && command !== null)
    return command === 'DATA' || command === '.' ? 'EMESSAGE' : 'EENVELOPE';
  if (subject === '7') return 'ETLS';
  if (subject === '4') return detail === '3' || detail === '4' ? 'EDNS' : 'ECONNECTION';
  return subject === '1' && detail === '10' ? 'EDNS' : 'EENVELOPE';
}

const COMMANDS: Readonly<Record<SmtpCommand, string>> = {
  greeting: 'CONN',
  EHLO: 'EHLO',
  HELO: 'HELO',
  STARTTLS: 'STARTTLS',
  AUTH: 'AUTH',
  MAIL: 'MAIL FROM',
  RCPT: 'RCPT TO',
  DATA: 'DATA',
  '.': 'DATA',
};

function commandOf({ command, because }: RecipientReport): string {
  if (command !== null) return COMMANDS[command];
  return because?.table === 'start-tls' || because?.table === 'peer-authentication' ? 'STARTTLS' : 'CONN';
}

function isOfClass(code: number, isPermanent: boolean): boolean {
  return Math.floor(code / 100) === (isPermanent ? 5 : 4);
}
