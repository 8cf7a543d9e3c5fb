/* How values stand in findings. */
import type { LostCause } from '../smtp/reply.js';

/** Texts of strangers are cut to this length. */
const QUOTED_MAX = 200;

/** "1 host", "2 hosts". */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** "a", "a and b", "a, b and c". */
export function listOf(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? 'none') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** Why a connection gave no further reply, for people. */
export function lossInWords(cause: LostCause): string {
  switch (cause) {
    case 'timeout':
      return 'no reply came in time';
    case 'closed':
      return 'it closed the connection';
    case 'reset':
      return 'it broke the connection off';
    case 'malformed':
      return 'what it sent is no SMTP reply';
    case 'oversized':
      return 'its reply had no end';
    case 'tls-alert':
      return 'it ended TLS with an alert';
  }
}

/** Somebody else's words, bounded, on one line. */
export function quoted(text: string): string {
  const line = text.replaceAll(/\r?\n/g, ' / ');
  return line.length > QUOTED_MAX ? `${line.slice(0, QUOTED_MAX)}…` : line;
}

/** A span in whole days, or in hours below two days. */
export function spanOf(seconds: number): string {
  return seconds < 172_800
    ? countOf(Math.floor(seconds / 3600), 'hour')
    : countOf(Math.floor(seconds / 86_400), 'day');
}
