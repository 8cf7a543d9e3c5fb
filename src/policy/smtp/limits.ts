import type { Keywords } from './ehlo.js';

/** What a server says it takes (RFC 9422, Section 4); null: it says nothing of it. */
export interface ServerLimits {
  /** MAIL commands in one session. */
  readonly mailMax: number | null;
  /** RCPT commands in one transaction. */
  readonly recipientMax: number | null;
  /** Domains of recipients in one session. */
  readonly domainMax: number | null;
}

export const NO_LIMITS: ServerLimits = Object.freeze({ mailMax: null, recipientMax: null, domainMax: null });

/** RFC 9422, Section 3: a name, and "=" and a value, which may be missing where the limit has none. */
const LIMIT = /^([A-Za-z0-9_-]{1,64})(?:=([!-:<-~]{1,256}))?$/;

/**
 * The limits of an EHLO reply. What is no list of limits, or names one twice, says nothing at all; a number that is none, or has
 * more than six digits, says nothing of its own limit. Total; never throws.
 */
export function limitsOf(keywords: Keywords): ServerLimits {
  const text = keywords.get('LIMITS') ?? '';
  const values = new Map<string, string>();
  for (const part of text.split(' ')) {
    const [, name, value = ''] = LIMIT.exec(part) ?? [];
    if (name === undefined || values.has(name.toUpperCase())) return NO_LIMITS;
    values.set(name.toUpperCase(), value);
  }
  return {
    mailMax: numberIn(values.get('MAILMAX')),
    recipientMax: numberIn(values.get('RCPTMAX')),
    domainMax: numberIn(values.get('RCPTDOMAINMAX')),
  };
}

function numberIn(value: string | undefined): number | null {
  return value !== undefined && /^[1-9][0-9]{0,5}$/.test(value) ? Number(value) : null;
}
