/* The desk of a daemon that runs elsewhere, over its admin interface. */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { SuppressionStore } from '../../effects/queue-stores.js';
import type { MessageHistory, MessageView, OrderAnswer, QueueDesk } from '../../services/queue/index.js';
import type { SuppressionView } from './suppressions.js';

export interface AdminClientOptions {
  /** `http://127.0.0.1:8025`. */
  readonly url: string;
  readonly token: string;
}

export interface AdminClient extends QueueDesk {
  /** The list of addresses for which nothing is taken any more. */
  readonly suppressions: Pick<SuppressionStore, 'list' | 'add' | 'remove'>;
  /** Hands a message in; resolves to its id. `query`: from, to and so on. */
  submit(octets: Uint8Array, query: URLSearchParams): Promise<string>;
}

/** Thrown where the daemon refuses. */
export class AdminRefusal extends Error {
  override readonly name = 'AdminRefusal';
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const ANSWER_OCTETS_MAX = 67_108_864;
const ANSWER_MS = 60_000;

export function adminClient({ url, token }: AdminClientOptions): AdminClient {
  const ask = (method: string, path: string, body?: Uint8Array | string, type = 'application/json') =>
    call({ method, url: new URL(path, url), token, body, type });
  return {
    async list({ after, messagesMax, ended, domain }) {
      const query = new URLSearchParams({ limit: `${messagesMax}`, ended });
      if (after !== null) query.set('after', after);
      if (domain !== undefined) query.set('domain', domain);
      const { messages } = (await ask('GET', `/v1/messages?${query}`)) as {
        messages: readonly MessageView[];
      };
      return messages;
    },
    async show(id) {
      try {
        const answer = (await ask('GET', `/v1/messages/${encodeURIComponent(id)}`)) as {
          messages: readonly MessageHistory[];
        };
        return answer.messages[0] ?? null;
      } catch (error) {
        if (error instanceof AdminRefusal && error.status === 404) return null;
        throw error;
      }
    },
    async order(ids, order, actor) {
      const answer = (await ask('POST', '/v1/orders', JSON.stringify({ ids, order, actor }))) as {
        answers: readonly OrderAnswer[];
      };
      return answer.answers;
    },
    suppressions: {
      async list({ after, entriesMax }) {
        const query = new URLSearchParams({ limit: `${entriesMax}`, ...(after === null ? {} : { after }) });
        const { suppressions } = (await ask('GET', `/v1/suppressions?${query}`)) as Shown;
        return suppressions.map((shown) => ({ ...shown, at: Date.parse(shown.at) }));
      },
      async add({ address, actor, why }) {
        await ask('POST', '/v1/suppressions', JSON.stringify({ address, actor, why }));
      },
      async remove(address) {
        try {
          await ask('DELETE', `/v1/suppressions/${encodeURIComponent(address)}`);
          return 'removed';
        } catch (error) {
          if (error instanceof AdminRefusal && error.status === 404) return 'unknown';
          throw error;
        }
      },
    },
    async submit(octets, query) {
      const answer = (await ask('POST', `/v1/messages?${query}`, octets, 'message/rfc822')) as { id: string };
      return answer.id;
    },
  };
}

interface Shown {
  readonly suppressions: readonly SuppressionView[];
}

interface Call {
  readonly method: string;
  readonly url: URL;
  readonly token: string;
  readonly body: Uint8Array | string | undefined;
  readonly type: string;
}

function call({ method, url, token, body = '', type }: Call): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    const asked = request(url, {
      method,
      signal: AbortSignal.timeout(ANSWER_MS),
      headers: {
        authorization: `Bearer ${token}`,
        ...(method === 'GET' ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(body) }),
      },
    });
    asked.on('error', reject);
    asked.on('response', (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > ANSWER_OCTETS_MAX) asked.destroy(new Error('the answer is larger than any should be'));
        else chunks.push(chunk);
      });
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        const value = objectIn(Buffer.concat(chunks).toString('utf8'));
        if (status >= 200 && status < 300 && value !== null) resolve(value);
        else reject(new AdminRefusal(status, `the daemon answered ${status}${errorIn(value)}`));
      });
    });
    asked.end(body);
  });
}

function objectIn(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

function errorIn(value: object | null): string {
  return value !== null && 'error' in value && typeof value.error === 'string' ? `: ${value.error}` : '';
}
