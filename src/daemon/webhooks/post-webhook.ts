/* One POST of JSON to somebody who listens, signed, to an address that our own resolver finds. */
import { createHmac } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { SecureContext } from 'node:tls';
import { errorText } from '../../effects/error-text.js';
import type { Adapters } from '../../effects/ports.js';
import { following } from '../../engine/following.js';

export interface WebhookPost {
  readonly url: string;
  /** The same for each try, so that who hears it twice can tell. */
  readonly id: string;
  readonly body: string;
  /** Null: it is not signed. */
  readonly secret: string | null;
  /** What an https host is held to; made when it is first needed. */
  readonly contextOf: () => SecureContext;
  /** Finds the host; the system's resolver is not asked. */
  readonly dns: Pick<Adapters, 'dns.addresses'>;
  readonly signal: AbortSignal;
}

const POST_MS = 10_000;
const DNS_MS = 5_000;
const ADDRESSES_MAX = 4;

/** Rejects unless it is answered 2xx. Of the answer nothing but the status is read. */
export async function postWebhook(post: WebhookPost): Promise<void> {
  const url = new URL(post.url);
  const refusals: string[] = [];
  const addresses = await addressesOf(url.hostname.replace(/^\[|\]$/g, ''), post);
  for (const address of addresses.slice(0, ADDRESSES_MAX)) {
    try {
      return await postTo(url, address, post);
    } catch (error) {
      refusals.push(`${address}: ${errorText(error)}`);
    }
  }
  throw new Error(refusals.join('; ') || 'the host has no address');
}

async function addressesOf(name: string, { dns, signal }: WebhookPost): Promise<readonly string[]> {
  if (isIP(name) !== 0) return [name];
  if (name === 'localhost') return ['127.0.0.1', '::1'];
  const { a, aaaa } = await dns['dns.addresses']({ name, deadlineMs: DNS_MS }, signal);
  return [a, aaaa].flatMap((answer) => (answer.kind === 'failed' ? [] : answer.records));
}

function postTo(
  url: URL,
  address: string,
  { id, body, secret, contextOf, signal }: WebhookPost,
): Promise<void> {
  const timeout = AbortSignal.timeout(POST_MS);
  const inTime = following(signal, timeout);
  const posted = new Promise<void>((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    const signature =
      secret === null
        ? {}
        : { 'x-waxseal-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` };
    const post = request(url, {
      method: 'POST',
      agent: false,
      lookup: (_name, options, done) => {
        const family = isIP(address);
        if (options.all === true) done(null, [{ address, family }]);
        else done(null, address, family);
      },
      ...(url.protocol === 'https:' ? { secureContext: contextOf() } : {}),
      signal: inTime.signal,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'waxseal',
        'x-waxseal-event': id,
        ...signature,
      },
    });
    post.on('error', (error) =>
      reject(timeout.aborted ? new Error(`no answer within ${POST_MS / 1000} s`) : error),
    );
    // Whatever else its end was, such as an answer that changes the protocol.
    post.on('close', () => reject(new Error('the connection was closed without an answer')));
    post.on('response', (response) => {
      response.destroy();
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) resolve();
      else reject(new Error(`answered ${status}`));
    });
    post.end(body);
  });
  return posted.finally(inTime.end);
}
