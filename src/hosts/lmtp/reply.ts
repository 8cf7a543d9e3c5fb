import { having } from '../../effects/codecs/strict-object.js';
import { oneOf, orNull, Text, wholeFrom } from '../../effects/codecs/values.js';
import { checked } from '../../effects/misuse.js';
import type { RecipientReport } from '../../engine/recipient-report.js';
import type { PlacedDecision } from '../../policy/attempt/types.js';
import type { TlsFacts } from '../../policy/host/types.js';
import { failureWords } from '../failure-words.js';

/** What a client is answered behind the final dot, for one recipient. */
export interface LmtpReply {
  readonly code: number;
  /** Begins with the enhanced status (RFC 2034). Printable ASCII. */
  readonly text: string;
}

/** RFC 5321, Section 4.5.3.1.5, has 512 octets with code and line end. */
const TEXT_LENGTH_MAX = 500;

/** As much of a report as is told. */
const ReportCodec = having<
  Pick<RecipientReport, 'outcome' | 'status' | 'domain' | 'mx' | 'ip' | 'authentication'> & {
    readonly tls: Pick<TlsFacts, 'protocol'> | null;
    readonly because: Pick<PlacedDecision, 'row' | 'why'> | null;
    readonly reply: RecipientReport['reply'];
  }
>('a report', {
  outcome: oneOf('delivered', 'deferred', 'bounced'),
  status: Text,
  domain: Text,
  mx: orNull(Text),
  ip: orNull(Text),
  authentication: oneOf('none', 'pkix', 'dane', 'dane+pkix'),
  tls: orNull(having('facts about TLS', { protocol: Text })),
  because: orNull(having('a decision', { row: Text, why: Text })),
  reply: orNull(having('a reply', { code: wholeFrom(0, 999), text: Text })),
});

/**
 * An outcome in one line: status, host, how it was authenticated, what was said, or what happened and why, and the deciding row. Temporary
 * is 450 where the host or the recipient said so, else 451: other codes mean something else to some clients. `happened`: what stood in
 * the way, in a sentence; default: the reply, if there was one. Throws a {@link MisuseError} for what is no report.
 */
export function replyTo(report: RecipientReport, happened: string | null = null): LmtpReply {
  checked(ReportCodec, report, 'WAXSEAL_BAD_OPTIONS', 'report');
  checked(HappenedCodec, happened, 'WAXSEAL_BAD_OPTIONS', 'happened');
  return { code: codeFor(report), text: oneLine(`${report.status} ${wordsFor(report, happened)}`) };
}

const HappenedCodec = orNull(Text);

/** What is remembered of a delivery, told again. */
export function replyAgain(text: string): LmtpReply {
  return { code: 250, text };
}

/** What is not for the world to answer. `text` begins with the status. */
export function refusal(code: 450 | 451 | 550 | 552 | 554, text: string): LmtpReply {
  return { code, text: oneLine(text) };
}

function codeFor({ outcome, reply }: RecipientReport): number {
  if (outcome === 'delivered') return 250;
  if (outcome === 'deferred') return reply !== null && reply.code === 450 ? 450 : 451;
  return reply !== null && reply.code >= 550 && reply.code <= 554 ? reply.code : 550;
}

function wordsFor(report: RecipientReport, happened: string | null): string {
  const { outcome, status, mx, ip, tls, authentication, because, reply } = report;
  const host = mx === null ? report.domain : ip === null ? mx : `${mx} [${ip}]`;
  const way =
    tls === null
      ? 'in clear'
      : authentication === 'none'
        ? tls.protocol
        : `${tls.protocol} ${authentication}`;
  const row = because === null ? '' : ` (${because.row})`;
  if (outcome === 'delivered') {
    const delivered = `${host} ${way}: `;
    // However much the host says, the row is told.
    const room = TEXT_LENGTH_MAX - `${status} ${delivered}${row}`.length;
    return `${delivered}${ascii(reply?.text ?? 'taken').slice(0, room)}${row}`;
  }
  const lengthMax = TEXT_LENGTH_MAX - `${status} ${host}: `.length;
  return `${host}: ${failureWords(report, happened, { host, lengthMax })}`;
}

function oneLine(text: string): string {
  return ascii(text).slice(0, TEXT_LENGTH_MAX).trimEnd();
}

function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, ' ');
}
