import type { Reply } from './reply.js';

/** What a server offers: keyword in upper case to its parameters (RFC 5321, Section 4.1.1.1). The greeting line is left out. */
export type Keywords = ReadonlyMap<string, string>;

export const NO_KEYWORDS: Keywords = new Map();

/**
 * The keywords of an EHLO reply, case-insensitive; of repeated ones the first counts. A keyword ends at a blank, or at a control
 * character, which is no reason to overlook an offer. Bounded by the reply itself, in time too.
 */
export function keywordsOf(reply: Reply): Keywords {
  const keywords = new Map<string, string>();
  for (const line of reply.lines.slice(1)) {
    const text = line.trim();
    const keyword = text.slice(0, lengthOfKeyword(text)).toUpperCase();
    if (keyword !== '' && !keywords.has(keyword)) keywords.set(keyword, text.slice(keyword.length).trim());
  }
  return keywords;
}

/** 0 if the line does not begin with a keyword and its end. */
function lengthOfKeyword(text: string): number {
  // No expression that could go back: what stands here was written by strangers.
  const rest = text.search(/[^A-Za-z0-9-]/);
  const length = rest === -1 ? text.length : rest;
  return text.startsWith('-') || !isEnd(text.charAt(length)) ? 0 : length;
}

/** Readers of replies write "?" for a control character. */
function isEnd(character: string): boolean {
  return character === '' || character === ' ' || character === '\t' || character === '?';
}

/** The most octets the server takes, or null for no fixed limit (RFC 1870, Section 4). */
export function sizeLimitOf(keywords: Keywords): number | null {
  const size = keywords.get('SIZE');
  if (size === undefined || !/^[0-9]{1,15}$/.test(size) || Number(size) === 0) return null;
  return Number(size);
}
