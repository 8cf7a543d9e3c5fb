import type { AskOf, FetchAnswer } from '../../effects/catalog.js';
import { coversName } from '../../policy/names/match.js';
import { type Addresses, idsAt } from './allocate.js';
import { trustPathOf } from './presented.js';
import type { PolicyHost, World } from './world.js';

/** What fetching a policy from the policy hosts of a world gives. */
export function fetchPolicy(world: World, addresses: Addresses, ask: AskOf<'policy.fetch'>): FetchAnswer {
  for (const address of ask.addresses) {
    const id = idsAt(address, addresses).find((known) => Object.hasOwn(world.policy ?? {}, known));
    const host = id === undefined ? undefined : world.policy?.[id];
    if (id === undefined || host === undefined || host.connect === 'refuse') continue;
    // One deadline covers all addresses, and a silent one uses it up.
    if (host.connect === 'silent') return { kind: 'failed', cause: 'timeout', code: 'ETIMEDOUT' };
    return certificateFailure(id, host, ask.host) ?? responseOf(host, ask.bytesMax);
  }
  const code = ask.addresses.length === 0 ? 'ERR_NO_ADDRESS' : 'ECONNREFUSED';
  return { kind: 'failed', cause: 'connect', code };
}

function certificateFailure(id: string, host: PolicyHost, name: string): FetchAnswer | null {
  const path = trustPathOf(host.certificate);
  if (path.kind === 'untrusted') return { kind: 'failed', cause: 'certificate', code: path.code };
  if ((host.certificate?.names ?? [id]).some((pattern) => coversName(pattern, name))) return null;
  return { kind: 'failed', cause: 'certificate', code: 'ERR_TLS_CERT_ALTNAME_INVALID' };
}

function responseOf(host: PolicyHost, bytesMax: number): FetchAnswer {
  const status = host.status ?? 200;
  const mediaType = host.mediaType ?? 'text/plain';
  if (status !== 200) return { kind: 'response', status, mediaType, body: '' };
  const size = host.bodyOctets ?? octetsOf(host.body ?? '');
  if (size > bytesMax) return { kind: 'failed', cause: 'too-large', code: 'ERR_BODY_TOO_LARGE' };
  const body = host.bodyOctets === undefined ? (host.body ?? '') : 'x'.repeat(host.bodyOctets);
  return { kind: 'response', status, mediaType, body };
}

/** The length in UTF-8. */
function octetsOf(text: string): number {
  let octets = 0;
  for (const character of text) {
    const point = character.codePointAt(0)!;
    octets += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return octets;
}
