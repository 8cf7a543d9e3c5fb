/** A reply of an SMTP server, as read (RFC 5321, Section 4.2). */
export interface Reply {
  /** 200 to 599. */
  readonly code: number;
  /** The text of each line behind the code, control characters replaced, bounded in number and length. */
  readonly lines: readonly string[];
}

/** Why a connection gave no further reply. */
export const LOST_CAUSES = ['timeout', 'closed', 'reset', 'malformed', 'oversized', 'tls-alert'] as const;
export type LostCause = (typeof LOST_CAUSES)[number];

export interface Lost {
  readonly kind: 'lost';
  readonly cause: LostCause;
}

export type ReplyClass = '2yz' | '3yz' | '4yz' | '5yz';

export function classOf(reply: Reply): ReplyClass {
  switch (Math.floor(reply.code / 100)) {
    case 2:
      return '2yz';
    case 3:
      return '3yz';
    case 4:
      return '4yz';
    default:
      return '5yz';
  }
}

/** The text of a reply on one line. */
export function textOf(reply: Reply): string {
  return reply.lines.join(' ').trim();
}
