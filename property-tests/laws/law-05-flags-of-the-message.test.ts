import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttemptInput } from '../../src/policy/attempt/types.js';
import { DEFAULT_SETTINGS } from '../../src/policy/settings.js';

import { anAttemptInput } from '../arbitraries/attempt-inputs.js';
import type { Dialogue } from '../arbitraries/dialogues.js';
import { play } from '../arbitraries/plays.js';
import { aRefusal } from '../arbitraries/smtp-replies.js';
import { DOMAIN, MX_NAMES, NOW } from '../arbitraries/universe.js';
import { aWorld, type World } from '../arbitraries/worlds.js';

/** One word of all servers about the message itself: the same replies everywhere, in clear and under TLS, and no limit on its size. */
function alike(world: World): World {
  const [first] = world.servers;
  const { transaction } = first.dialogues[0];
  const servers = world.servers.map((server) => ({
    ...server,
    dialogues: server.dialogues.map((dialogue) => ({ ...dialogue, transaction, inClear: null, chaos: null })),
  }));
  return { ...world, servers: servers as unknown as World['servers'] };
}

/** Two hosts under an enforced policy: the first cannot do TLS, the second does everything right. */
function preferringTheWorse(drawn: World): World {
  const reply = (code: number) => ({ code, lines: ['2.0.0 ok'] });
  const addresses = {
    a: { ...SECURE, records: ['198.41.0.10'] },
    aaaa: { ...SECURE, denial: 'nodata' },
  } as const;
  const policy = { mode: 'enforce', mx: ['*.a.example'], maxAgeSeconds: 86_400, lines: [] } as const;
  const leaf = {
    dnsNames: ['HOST'],
    ipAddresses: [],
    otherNames: ['directory'],
    directoryNames: [],
    commonNames: [],
    validity: 'valid',
    ca: 'absent',
    issuerNames: [],
    pathLength: null,
    certSign: 'absent',
    digitalSignature: 'absent',
    keyEncipherment: 'absent',
    serverAuth: 'yes',
    nameConstraints: { kind: 'absent' },
    criticalExtensions: 'known',
    key: { kind: 'fixed' },
    signatureDigest: 'built-in',
    selfIssued: 'no',
  } as const;
  const good: Dialogue = {
    connect: { kind: 'greeted', reply: reply(220), localAddress: '198.41.0.200' },
    hello: { code: 250, lines: ['mx', 'STARTTLS'] },
    helo: reply(250),
    startTls: { kind: 'replied', reply: reply(220) },
    handshake: { kind: 'established', protocol: 'TLSv1.3', cipher: 'x' },
    peer: {
      kind: 'presented',
      certificates: { leaf, inter: leaf, root: leaf, stranger: leaf },
      issuers: { leaf: null, inter: null, root: null, stranger: null },
      chain: ['leaf'],
      strayed: [],
      leafKeyUse: 'signature',
      path: { kind: 'trusted' },
    },
    helloAgain: { code: 250, lines: ['mx'] },
    transaction: { mail: reply(250), rcpt: [reply(250)], data: reply(354), end: reply(250) },
    inClear: null,
    chaos: null,
  };
  const none = { ...SECURE, denial: 'nodata' } as const;
  const server = { addresses, alias: none, tlsa: none, expandedTlsa: none, dialogues: [good] } as const;
  const broken = { ...good, handshake: { kind: 'failed', cause: 'alert', code: '' } } as const;
  return {
    ...drawn,
    mx: { ...SECURE, records: [0, 1].map((at) => ({ preference: at, exchange: MX_NAMES[at]! })) },
    announcement: { answer: { ...SECURE, records: ['v=STSv1; id=x;'] }, id: 'x' },
    cache: { kind: 'read', cached: { id: 'x', policy, fetchedAt: NOW - 1000 }, failure: null },
    servers: [{ ...server, dialogues: [broken] }, server],
  };
}
const SECURE = { kind: 'secure', records: [], denial: null, aliases: [], ttlSeconds: 1 } as const;

function deliveredOf(
  world: World,
  input: AttemptInput,
  message: Partial<AttemptInput['message']>,
): readonly string[] {
  const { result } = play(world, { ...input, message: { ...input.message, sizeBytes: 0, ...message } });
  return result.recipients.filter(({ outcome }) => outcome === 'delivered').map(({ recipient }) => recipient);
}

describe('law 5', () => {
  it('TLS-Required: No never makes a message fail that would have passed without it, where all servers say the same of the message (RTLS-3-2, RTLS-8.4-1)', () => {
    fc.assert(
      fc.property(aWorld.map(alike), anAttemptInput, (world, input) => {
        const without = deliveredOf(world, input, { tlsRequired: 'absent', requireTls: 'no' });
        const withIt = deliveredOf(world, input, { tlsRequired: 'no', requireTls: 'no' });
        expect(withIt).toEqual(expect.arrayContaining([...without]));
      }),
    );
  });

  it('TLS-Required: No never makes a message fail that would have passed without it, even if the server that a policy would have passed over refuses it in clear', () => {
    fc.assert(
      fc.property(aWorld.map(preferringTheWorse), anAttemptInput, aRefusal, (world, given, refusal) => {
        const input: AttemptInput = {
          ...given,
          destination: { kind: 'domain', name: DOMAIN },
          settings: DEFAULT_SETTINGS,
          purpose: 'deliver',
        };
        const [worse, better] = world.servers;
        const unwilling = {
          ...worse.dialogues[0],
          inClear: { ...worse.dialogues[0].transaction, mail: refusal },
        };
        const refusing: World = { ...world, servers: [{ ...worse, dialogues: [unwilling] }, better!] };
        const without = deliveredOf(refusing, input, {
          tlsRequired: 'absent',
          requireTls: 'no',
          report: 'none',
          utf8: 'not-needed',
        });
        const withIt = deliveredOf(refusing, input, {
          tlsRequired: 'no',
          requireTls: 'no',
          report: 'none',
          utf8: 'not-needed',
        });
        expect(withIt).toEqual(expect.arrayContaining([...without]));
      }),
    );
  });

  it('REQUIRETLS never makes a message pass that would have failed without it, where all servers say the same of the message (RTLS-4.2.1-1)', () => {
    fc.assert(
      fc.property(aWorld.map(alike), anAttemptInput, (world, input) => {
        const withIt = deliveredOf(world, input, { requireTls: 'yes' });
        const without = deliveredOf(world, input, { requireTls: 'no' });
        expect(without).toEqual(expect.arrayContaining([...withIt]));
      }),
    );
  });
});
