import { type Decision, decide } from '../kernel/table.js';
import type { Destination } from '../mx/candidate.js';
import { domainPart } from '../names/mailbox.js';
import { DIRECT, DIRECT_NAME, type Transport, type Transports, transportNamed } from './transport.js';
import { routeMatch, transportChoice } from './transport-choice.table.js';

/** Mail that a route speaks of takes its transport; an empty list asks for nothing. Of several routes the first counts. */
export interface Route {
  /** Recipient domains: a domain is that domain alone, `.domain` all below it; an address in brackets is that literal. */
  readonly to: readonly string[];
  /** Senders: a domain as in `to`, an address, or `<>` for the null sender. */
  readonly from: readonly string[];
  /** Who handed the mail in, by name. */
  readonly account: readonly string[];
  /** The attempts that it is for; null: all. */
  readonly attempts: AttemptRange | null;
  /** The name of a transport. */
  readonly transport: string;
}

/** Numbers of attempts, the first one being 1, both ends included. */
export interface AttemptRange {
  readonly atLeast: number;
  /** Null: no end. */
  readonly atMost: number | null;
}

/** The mail that a way is chosen for: the recipients of one destination. */
export interface RoutedMail {
  readonly destination: Destination;
  /** Without angle brackets; "" is the null sender. */
  readonly from: string;
  /** Who handed it in, by name; null: nobody did, or it is not said. */
  readonly account: string | null;
  /** The number of the attempt that is to be made, from 1. */
  readonly attempt: number;
  /** The name that was asked for; null: whatever the routes say. */
  readonly transport: string | null;
}

/** The way that mail takes. */
export interface ChosenTransport {
  /** By name, also where there is none of that name. */
  readonly name: string;
  /** Null: there is no transport of that name, and the mail waits. */
  readonly transport: Transport | null;
  readonly decision: Decision;
  /** Its relay refused to know us a short while ago; default: no. */
  readonly parked?: 'yes';
}

/** The way that this mail takes: as asked for by name, or as the first route says that speaks of it, or direct. Total; never throws. */
export function chooseRoute(
  mail: RoutedMail,
  routes: readonly Route[],
  transports: Transports,
): ChosenTransport {
  const routed = routes.find((route) => speaksOf(route, mail))?.transport ?? null;
  const decision = decide(transportChoice, {
    asked: wordFor(mail.transport, transports),
    routed: wordFor(routed, transports),
  });
  switch (decision.verdict) {
    case 'as-asked':
    case 'as-routed':
    case 'unknown': {
      const name = mail.transport ?? routed ?? DIRECT_NAME;
      return { name, transport: transportNamed(name, transports), decision };
    }
    case 'direct':
      return { name: DIRECT_NAME, transport: DIRECT, decision };
  }
}

function wordFor(name: string | null, transports: Transports) {
  if (name === null) return 'none';
  return transportNamed(name, transports) === null ? 'unknown' : 'known';
}

function speaksOf(route: Route, mail: RoutedMail): boolean {
  const { verdict } = decide(routeMatch, {
    to: met(route.to, (pattern) => isAt(domainOf(mail.destination), pattern)),
    from: met(route.from, (pattern) => isFrom(mail.from, pattern)),
    account: met(route.account, (name) => name === mail.account),
    attempt: isWithin(mail.attempt, route.attempts) ? 'met' : 'not-met',
  });
  return verdict === 'matches';
}

function met(list: readonly string[], isMet: (pattern: string) => boolean) {
  return list.length === 0 || list.some(isMet) ? 'met' : 'not-met';
}

function domainOf(destination: Destination): string {
  return destination.kind === 'domain' ? destination.name : `[${destination.address}]`;
}

function isAt(domain: string, pattern: string): boolean {
  const wanted = pattern.toLowerCase();
  return wanted.startsWith('.')
    ? domain.endsWith(wanted) && domain.length > wanted.length
    : domain === wanted;
}

function isFrom(from: string, pattern: string): boolean {
  if (pattern === '<>') return from === '';
  if (pattern.includes('@')) return from.toLowerCase() === pattern.toLowerCase();
  return isAt(domainPart(from).toLowerCase(), pattern);
}

function isWithin(attempt: number, range: AttemptRange | null): boolean {
  return range === null || (attempt >= range.atLeast && (range.atMost === null || attempt <= range.atMost));
}

/** The attempts that a text names, `>=4`, `>4`, `<=4`, `<4`, `4` or `2-4`; null if it names none. */
export function readAttempts(text: string): AttemptRange | null {
  const parts = /^(>=|>|<=|<|=?) ?([1-9][0-9]{0,5})$/.exec(text.trim());
  const span = /^([1-9][0-9]{0,5}) ?- ?([1-9][0-9]{0,5})$/.exec(text.trim());
  if (span !== null) return rangeOf(Number(span[1]), Number(span[2]));
  if (parts === null) return null;
  const bound = Number(parts[2]);
  switch (parts[1]) {
    case '>=':
      return rangeOf(bound, null);
    case '>':
      return rangeOf(bound + 1, null);
    case '<=':
      return rangeOf(1, bound);
    case '<':
      return rangeOf(1, bound - 1);
    default:
      return rangeOf(bound, bound);
  }
}

function rangeOf(atLeast: number, atMost: number | null): AttemptRange | null {
  return atMost === null || atLeast <= atMost ? { atLeast, atMost } : null;
}
