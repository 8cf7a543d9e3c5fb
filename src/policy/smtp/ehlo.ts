import type { Reply } from './reply.js';

/** What a server offers: keyword in upper case to its parameters (RFC 5321, Section 4.1.1.1). The greeting line is left out. */
export type Keywords = ReadonlyMap<string, string>;

export const NO_KEYWORDS: Keywords = new Map();

/** The keywords of an EHLO reply, case-insensitive; of repeated ones the first counts. Bounded by the reply itself. */
export function keywordsOf(reply: Reply): Keywords {
  const keywords = new Map<string, string>();
  for (const line of reply.lines.slice(1)) {
    const parts = /^([A-Za-z0-9][A-Za-z0-9-]*)(?: +(.*))?$/.exec(line.trim());
    const keyword = parts?.[1]?.toUpperCase();
    if (keyword !== undefined && !keywords.has(keyword)) keywords.set(keyword, parts?.[2] ?? '');
  }
  return keywords;
}

/** The most octets the server takes, or null for no fixed limit (RFC 1870, Section 4). */
export function sizeLimitOf(keywords: Keywords): number | null {
  const size = keywords.get('SIZE');
  if (size === undefined || !/^[0-9]{1,15}$/.test(size) || Number(size) === 0) return null;
  return Number(size);
}
