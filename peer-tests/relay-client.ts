/* Mail to others through a relay that wants to know who sends, as an operator sets it up. */
import type { RecipientReport } from '../src/engine/recipient-report.js';
import { createNodeEngine } from '../src/node.js';
import type { AuthMechanism, RelayTransport, Transport } from '../src/policy/relay/transport.js';
import { DEFAULT_SETTINGS } from '../src/policy/settings.js';
import type { Internet } from '../src/testing/index.js';

export const RELAY = 'relay.test';
export const USER = 'user';
export const PASSWORD = 'pencil';
/** By the name of the transport: where one knows the password, one has another, and the proxy's. */
const PASSWORDS: Readonly<Record<string, string>> = { smart: PASSWORD, wrong: 'crayon', proxy: 'chalk' };

/** To the relay at that port of {@link RELAY}; `mechanisms`: those that may be used, default: ours. */
export function relayAt(port: number, ...mechanisms: readonly AuthMechanism[]): RelayTransport {
  const named = { ...withoutName(port), user: USER };
  return mechanisms.length === 0 ? named : { ...named, mechanisms };
}

/** The same for who does not log in. */
export function withoutName(port: number): RelayTransport {
  return { kind: 'relay', host: RELAY, port, tls: 'starttls', verify: 'pkix' };
}

/** Sends a small message by the transport of that name, and answers what became of it for each recipient. */
export async function sendVia(
  internet: Pick<Internet, 'resolver' | 'caPem'> & { readonly port?: number },
  name: 'smart' | 'wrong' | 'proxy',
  transport: Transport,
  to: readonly string[] = ['someone@b.example'],
): Promise<readonly RecipientReport[]> {
  const { resolver, caPem, port = 25 } = internet;
  const engine = createNodeEngine({
    resolver,
    ca: [caPem],
    transports: { [name]: transport },
    routes: [{ to: [], from: [], account: [], attempts: null, transport: name }],
    secretOf: (account) => PASSWORDS[account] ?? null,
    settings: { ...DEFAULT_SETTINGS, helo: 'me.example', port, privateAddresses: 'allow' },
  });
  const facts = {
    requireTls: 'no',
    tlsRequired: 'absent',
    report: 'none',
    sizeBytes: 60,
    body: '7bit',
    utf8: 'not-needed',
  } as const;
  const content = () => [Buffer.from('From: <s@me.example>\r\nSubject: hello\r\n\r\nHello.\r\n')];
  try {
    return (await engine.deliver({ from: 's@me.example', to, content, facts })).results;
  } finally {
    await engine.close();
  }
}
