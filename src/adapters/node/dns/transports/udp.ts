/*
 * One query in one datagram. Every try has a port to itself, drawn from several, an id of its own, and letters of its own case in
 * the name (RFC 5452). A socket costs more than all the rest of a question, so a port serves a few questions, one after the other,
 * and a short while. That takes nothing from what a forger must guess: each guess is at the same id, port and case, and what he
 * could have found out about a port ends with it. Whatever comes to a port that answers nothing ends it, and so does silence.
 */
import { randomInt } from 'node:crypto';
import { echoOf, isTruncated, type WireQuery, withRandomCase, withRandomId } from '../wire-query.js';
import {
  type Delivered,
  delivered,
  type Patience,
  type Undelivered,
  undelivered,
  untilSettled,
} from './settle.js';
import { type Endpoint, UdpPort } from './udp-port.js';

/** Datagrams that may be ignored while one question waits, before it is given up. */
const MISMATCHES_MAX = 64;
/** Questions that one port serves. */
const QUESTIONS_A_PORT_MAX = 16;
/** Ports that rest for later questions. */
const RESTING_MAX = 16;
/** No port rests for longer; twice that is the longest that one lives beside the questions themselves. */
const REST_MS = 2000;

/** There is an answer, but not one for UDP: it was cut, or came without the case that was sent, as a forged one would. */
export interface NeedsStream {
  readonly kind: 'needs-stream';
  readonly because: 'truncated' | 'other-case';
}

export class UdpLink {
  readonly #server: Endpoint;
  readonly #resting: UdpPort[] = [];
  #sweep: NodeJS.Timeout | null = null;

  constructor(server: Endpoint) {
    this.#server = server;
  }

  /** Asks by UDP. Never rejects. */
  ask(query: WireQuery, patience: Patience): Promise<Delivered | NeedsStream | Undelivered> {
    return untilSettled<Delivered | NeedsStream>(patience, (settle) => {
      const sent = withRandomCase(withRandomId(query));
      const port = this.#take();
      let ignored = 0;
      let isAnswered = false;
      const answer = (packet: Uint8Array): Delivered | NeedsStream => {
        isAnswered = true;
        return isTruncated(packet) ? { kind: 'needs-stream', because: 'truncated' } : delivered(packet);
      };
      port.ask(sent.octets, {
        heard: (packet) => {
          const echo = echoOf(packet, sent);
          if (echo === 'other-case') settle({ kind: 'needs-stream', because: 'other-case' });
          else if (echo === 'reply') settle(answer(packet));
          else if (++ignored > MISMATCHES_MAX) settle(undelivered('malformed'));
        },
        failed: (error) => settle(undelivered('unreachable', error)),
      });
      return () => {
        if (isAnswered && ignored === 0) this.#rest(port);
        else port.close();
      };
    });
  }

  /** One that nobody has, whichever it is. */
  #take(): UdpPort {
    while (this.#resting.length > 0) {
      const [port] = this.#resting.splice(randomInt(this.#resting.length), 1);
      if (!port!.isClosed) return port!;
    }
    return new UdpPort(this.#server);
  }

  #rest(port: UdpPort): void {
    if (port.questions >= QUESTIONS_A_PORT_MAX || this.#resting.length >= RESTING_MAX) {
      port.close();
      return;
    }
    port.rest();
    this.#resting.push(port);
    this.#sweep ??= setTimeout(() => {
      this.#sweep = null;
      for (const resting of this.#resting.splice(0)) resting.close();
    }, REST_MS).unref();
  }
}
