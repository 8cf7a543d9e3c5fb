/** A reply of an SMTP server, as read (RFC 5321, Section 4.2). */
export interface Reply {
  /** 200 to 599; that of the last line. See {@link codeOf} before it is compared. */
  readonly code: number;
  /** The text of each line behind the code, control characters replaced, bounded in number and length. */
  readonly lines: readonly string[];
  /** The code of each line, where they differ (RFC 5321, Section 4.2.1, wants them to be the same). */
  readonly codes?: readonly number[];
}

/** Why a connection gave no further reply. */
export const LOST_CAUSES = ['timeout', 'closed', 'reset', 'malformed', 'oversized', 'tls-alert'] as const;
export type LostCause = (typeof LOST_CAUSES)[number];

export interface Lost {
  readonly kind: 'lost';
  readonly cause: LostCause;
  /**
   * What was heard and answers nothing: half a reply, what is none, or one that nobody asked for. In one line, with its codes,
   * control characters replaced, bounded; absent if there was nothing.
   */
  readonly said?: string;
}

export type ReplyClass = '2yz' | '3yz' | '4yz' | '5yz';

/** A reply of lines with these codes and texts, as many of each, at least one. */
export function replyOf(codes: readonly number[], lines: readonly string[]): Reply {
  const code = codes.at(-1)!;
  return codes.every((each) => each === code) ? { code, lines } : { code, lines, codes };
}

/** The code that counts: that of the last line, or null where the lines are not even of one class. */
export function codeOf({ code, codes }: Reply): number | null {
  return codes === undefined || codes.every((each) => hundreds(each) === hundreds(code)) ? code : null;
}

/** The class of a reply; one whose lines contradict each other decides nothing, so that it is a refusal for now. */
export function classOf(reply: Reply): ReplyClass {
  const code = codeOf(reply);
  switch (code === null ? 4 : hundreds(code)) {
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

function hundreds(code: number): number {
  return Math.floor(code / 100);
}
