/*
 * What may stand in a command line. Nothing that could end the line, or the angle brackets, is ever written; whether
 * an address is otherwise well-formed is for policy.
 */

const UNSAFE = /[\p{Cc}\p{Surrogate}\u2028\u2029<>]/u;
/** esmtp-param of RFC 5321, Section 4.1.2. */
const PARAMETER = /^[A-Za-z0-9][A-Za-z0-9-]*(=[!-<>-~]+)?$/;
const NAME = /^[^\p{Cc}\p{Surrogate}\s<>]+$/u;

/** The inside of a path: no control characters, no angle brackets, no half characters. "" is the null sender. */
export function isAddress(address: string): boolean {
  return !UNSAFE.test(address);
}

export function isParameter(parameter: string): boolean {
  return PARAMETER.test(parameter);
}

/** The argument of EHLO: a domain name or an address literal. */
export function isHelloName(name: string): boolean {
  return NAME.test(name);
}
