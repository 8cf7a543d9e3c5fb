/* Certificates as they come over the wire: real DER, damaged, and read by the inspector of the Node adapter. */
import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import type { PeerInspector } from '../../src/adapters/node/x509/index.js';
import type { PeerFacts, TrustPath } from '../../src/policy/certificate/facts.js';
import type { TlsaAnswer, TlsaRecord } from '../../src/policy/dane/tlsa.js';
import { association, createPki } from '../../src/testing/pki.js';
import { type Mutation, mutate, someMutations } from './mutations.js';
import type { Peer } from './peers.js';
import { MX_NAMES, weighted } from './universe.js';

/** Chains that real servers have, in DER, leaf first. */
export interface Stock {
  readonly chains: readonly (readonly Buffer[])[];
  /** RDATA of TLSA records about them, of every kind. */
  readonly rdatas: readonly Buffer[];
}

export async function makeStock(): Promise<Stock> {
  const pki = await createPki();
  const specifications = [
    {},
    { issuer: 'intermediate', sends: 'full' },
    { issuer: 'private-ca' },
    { issuer: 'self' },
    { issuer: 'private-ca', validity: 'expired' },
    { issuer: 'ca', names: [], commonName: MX_NAMES[0] },
    { issuer: 'private-ca', names: ['elsewhere.example'] },
  ] as const;
  const issued = await Promise.all(
    specifications.map((specification) => pki.issue(specification, MX_NAMES[0])),
  );
  const chains = issued.map(({ chainPem }) =>
    chainPem
      .match(/-----BEGIN[\s\S]*?END CERTIFICATE-----/g)!
      .map((pem) => Buffer.from(new X509Certificate(pem).raw)),
  );
  const rdatas = issued.flatMap(({ leafDer, anchorDer }) =>
    [0, 1].flatMap((selector) =>
      [0, 1, 2].flatMap((matching) =>
        [[3, leafDer] as const, [2, anchorDer] as const].map(([usage, der]) =>
          Buffer.concat([
            Buffer.from([usage, selector, matching]),
            Buffer.from(association(der, selector, matching), 'hex'),
          ]),
        ),
      ),
    ),
  );
  return { chains, rdatas };
}

/** What a server sends: a chain of the stock and what became of each certificate on the way. */
export interface SentChain {
  readonly chain: readonly Buffer[];
  readonly path: TrustPath;
}

export function aSentChain({ chains }: Stock): fc.Arbitrary<SentChain> {
  const damage = weighted([2, false], [1, true]).chain((hurt) =>
    hurt ? someMutations : fc.constant<readonly Mutation[]>([]),
  );
  return fc
    .record({
      chain: fc.constantFrom(...chains),
      damages: fc.array(damage, { minLength: 3, maxLength: 3 }),
      path: weighted<TrustPath>(
        [2, { kind: 'trusted' }],
        [1, { kind: 'untrusted', cause: 'unknown-issuer', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }],
      ),
    })
    .map(({ chain, damages, path }) => ({
      chain: chain.map((der, at) => mutate(der, damages[at] ?? [])),
      path,
    }));
}

/** What inspection answers about the chain, for every question that a host run may ask. */
export async function readPeer(
  inspector: PeerInspector,
  { chain, path }: SentChain,
  answers: readonly TlsaAnswer[],
): Promise<Peer> {
  const certificates = chain.flatMap((der) => {
    try {
      return [new X509Certificate(der)];
    } catch {
      return [];
    }
  });
  const questions: readonly (readonly TlsaRecord[])[] = [
    [],
    ...answers.flatMap((answer) => (answer.kind === 'failed' ? [] : [answer.records])),
  ];
  const facts: Record<string, PeerFacts> = {};
  for (const records of questions)
    facts[JSON.stringify(records)] = await inspector.inspect({ certificates, path }, records);
  return { kind: 'read', facts };
}
