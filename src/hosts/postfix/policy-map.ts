/*
 * A socketmap server (socketmap_table(5)) for smtp_tls_policy_maps: for whoever wants Postfix to keep the socket. Postfix asks for a
 * next hop, and is told the one policy that all its hosts are held to.
 */

import { createServer, type Server, type Socket } from 'node:net';
import { domainToASCII } from 'node:url';
import { Signal, Text } from '../../effects/codecs/values.js';
import { errorText } from '../../effects/error-text.js';
import { checked } from '../../effects/misuse.js';
import { checkSettings } from '../../engine/check-arguments.js';
import { following } from '../../engine/following.js';
import { lookupKeyText, parseLookupKey } from '../../policy/postfix/lookup-key.js';
import { parsePostfixVersion } from '../../policy/postfix/postfix-version.js';
import { DEFAULT_SETTINGS, type Settings } from '../../policy/settings.js';
import { checkGrace, checkListenAddress } from '../check-listening.js';
import type { ListenAddress } from '../listen-address.js';
import { listenAt } from '../listen-at.js';
import { Connection } from './connection.js';
import { KnownAnswers } from './known-answers.js';
import { type LookUpPorts, lookUp, type PolicyAnswer } from './look-up.js';
import { netstring } from './netstring.js';
import { checkMapOptions, type PolicyMapOptions } from './policy-map-options.js';

export interface PolicyMap {
  /** What Postfix would be told of a key, asked anew. Rejects with a {@link MisuseError} alone. */
  query(key: string, signal?: AbortSignal): Promise<PolicyAnswer>;
  /** From now on it judges by these, and forgets what it knew by others. */
  reload(settings: Settings): void;
  /** Where it listens now, with the port that was found. Rejects if it cannot. */
  listen(address: ListenAddress): Promise<ListenAddress>;
  /** Takes no new request, answers what is under way, and closes every connection after `graceMs`. Rejects with a {@link MisuseError} alone. */
  close(graceMs: number): Promise<void>;
}

const RENEW_EVERY_MS = 1_000;
const CHARACTERS_MAX = 67_108_864;
const TOO_MANY = netstring('TEMP too much is being looked for');
const FAULT = netstring('TEMP a fault of ours');

/**
 * Makes a map; it listens nowhere yet. Throws a {@link MisuseError} for options that are none, such as a version of Postfix that it has
 * no words for.
 */
export function policyMap(options: PolicyMapOptions): PolicyMap {
  checkMapOptions(options);
  let ports = portsOf(options);
  const { deadlineMs = 90_000, clock = Date.now } = options;
  const answers = new KnownAnswers({
    learn: async (key, before, signal) => {
      const inTime = following(signal, AbortSignal.timeout(deadlineMs));
      const answer = await lookUp(key, ports, inTime.signal).finally(inTime.end);
      const reply = netstring(answer.reply);
      if (reply !== before) tell(options.onAnswer, answer, ports.onFault);
      return { reply, lifeMs: answer.lifeMs, isKnown: !answer.reply.startsWith('TEMP ') };
    },
    clock,
    entriesMax: options.entriesMax ?? 100_000,
    charactersMax: CHARACTERS_MAX,
    lookupsMax: options.concurrency ?? 100,
    tooMany: TOO_MANY,
  });
  const known = {
    recall: (key: string) => answers.recall(key),
    ask: (key: string) => answers.ask(spelled(key)).catch(() => FAULT),
  };
  const servers: {
    readonly server: Server;
    readonly connections: Set<Connection>;
    readonly sockets: Set<Socket>;
  }[] = [];
  const renewing = setInterval(
    () => void answers.renew().catch((error) => ports.onFault(`${error}`)),
    RENEW_EVERY_MS,
  );
  renewing.unref();
  return {
    query: async (key, signal = new AbortController().signal) => {
      checked(Text, key, 'WAXSEAL_BAD_OPTIONS', 'key');
      checked(Signal, signal, 'WAXSEAL_BAD_OPTIONS', 'signal');
      return lookUp(key, ports, signal);
    },
    reload(settings) {
      checkSettings(settings);
      ports = { ...ports, settings };
      answers.forget();
    },
    async listen(address) {
      checkListenAddress(address);
      const connections = new Set<Connection>();
      const sockets = new Set<Socket>();
      const server = createServer({ allowHalfOpen: true }, (socket) => {
        const connection = new Connection(socket, known);
        connections.add(connection);
        sockets.add(socket);
        socket.once('close', () => {
          connections.delete(connection);
          sockets.delete(socket);
        });
      });
      server.maxConnections = options.connectionsMax ?? 1_000;
      servers.push({ server, connections, sockets });
      return listenAt(server, address, () => undefined);
    },
    async close(graceMs) {
      checkGrace(graceMs);
      clearInterval(renewing);
      const closed = Promise.all(
        servers.map(({ server }) => new Promise<void>((done) => server.close(() => done()))),
      );
      for (const { connections } of servers) for (const connection of connections) connection.leave();
      const timer = setTimeout(() => {
        answers.close();
        for (const { sockets } of servers) for (const socket of sockets) socket.destroy();
      }, graceMs);
      await closed;
      clearTimeout(timer);
      answers.close();
    },
  };
}

function portsOf({ adapters, settings = DEFAULT_SETTINGS, ...options }: PolicyMapOptions): LookUpPorts {
  const { postfixVersion = '3.7', clock = Date.now, onFault = () => undefined } = options;
  return { adapters, settings, version: parsePostfixVersion(postfixVersion)!, clock, onFault };
}

/** Keys of one next hop share an answer, however Postfix spells it. */
function spelled(key: string): string {
  const nextHop = parseLookupKey(key, domainToASCII);
  return nextHop === null ? key : lookupKeyText(nextHop);
}

/** An onlooker that throws must not come between a question and its answer. */
function tell(
  onAnswer: PolicyMapOptions['onAnswer'],
  answer: PolicyAnswer,
  onFault: (message: string) => void,
): void {
  try {
    onAnswer?.(answer);
  } catch (error) {
    onFault(`onAnswer: ${errorText(error)}`);
  }
}
