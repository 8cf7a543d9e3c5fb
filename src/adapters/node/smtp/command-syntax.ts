/* What may stand in a command line. Nothing that could end the line, or the angle brackets, is ever written. */
import { parseMailbox } from '../../../policy/names/mailbox.js';

/** esmtp-param of RFC 5321, Section 4.1.2. */
const PARAMETER = /^[A-Za-z0-9][A-Za-z0-9-]*(=[!-<>-~]+)?$/;
const NAME = /^[^\p{Cc}\p{Surrogate}\s<>]+$/u;

/** The inside of a path: a mailbox whose domain is in A-labels, by the one reader that there is of them. "" is the null sender. */
export function isAddress(address: string): boolean {
  return address === '' || parseMailbox(address, () => '') !== null;
}

export function isParameter(parameter: string): boolean {
  return PARAMETER.test(parameter);
}

/** The argument of EHLO: a domain name or an address literal. */
export function isHelloName(name: string): boolean {
  return NAME.test(name);
}
