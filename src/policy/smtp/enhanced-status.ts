import { classOf, type Reply, textOf } from './reply.js';

const PATTERN = /^([245])\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})(?= |$)/;

/** The enhanced status code at the start of a reply's text, if its class fits the reply (RFC 2034, Section 4), or null. */
export function enhancedStatusOf(reply: Reply): string | null {
  const parts = PATTERN.exec(textOf(reply));
  return parts !== null && `${parts[1]}yz` === classOf(reply) ? parts[0] : null;
}

/**
 * The remote's own status in the class wanted: a 554 greeting that only defers is reported as 4.X.X (RFC 3463, Section 2). What it says of
 * success says nothing of a failure.
 */
export function statusIn(statusClass: 2 | 4 | 5, reply: Reply | null): string {
  const isOther = reply !== null && statusClass !== 2 && classOf(reply) === '2yz';
  const own = reply === null || isOther ? null : enhancedStatusOf(reply);
  return own === null ? `${statusClass}.0.0` : `${statusClass}${own.slice(1)}`;
}
