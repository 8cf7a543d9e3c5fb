import { expect } from 'vitest';
import type { Certificate } from '../../src/adapters/scripted/index.js';
import type { CertificateFacts, SignatureFact } from '../../src/policy/certificate/facts.js';
import type { TlsaRecord } from '../../src/policy/dane/tlsa.js';
import { describeContract, type Exceptions } from './clauses.fixture.js';
import { conversations, DEADLINE_MS } from './conversation.fixture.js';
import { ANCHOR_RECORDS, DATED, datedId, SIGHTS, type Sight, world } from './peers.fixture.js';
import type { Start, Subject } from './subject.fixture.js';

type InspectSubject = Pick<Subject, 'open' | 'dns' | 'port' | 'addressOf' | 'now'>;

function clausesOf(subject: () => InspectSubject) {
  const { introduced, secured } = conversations<string>(subject);
  const recordsAt = async (name: string): Promise<readonly TlsaRecord[]> => {
    const { dns, port } = subject();
    const answer = await dns['dns.tlsa'](
      { name: `_${port}._tcp.${name}`, deadlineMs: DEADLINE_MS },
      new AbortController().signal,
    );
    if (answer.kind === 'failed') throw new Error(`the records of ${name} ${answer.cause}`);
    return answer.records;
  };
  const inspected = async (id: string, tlsa: readonly TlsaRecord[]) => {
    const facts = await (await secured(id)).inspect(tlsa);
    if (facts.kind !== 'presented') throw new Error(`${id} is ${facts.code}`);
    return facts;
  };

  return {
    'before TLS there is nothing to inspect': async () => {
      expect(await (await introduced('ca')).inspect()).toEqual({ kind: 'unreadable', code: 'NO_TLS' });
    },
    'the chain is shown as it was sent, with its facts': async () => {
      for (const [id, { certificate, chain }] of Object.entries<Sight>(SIGHTS)) {
        const facts = await inspected(id, []);
        const roles = { leaf: leafOf(certificate), intermediate: INTERMEDIATE, anchor: ANCHOR };
        expect(facts.chain.map(inShort), id).toEqual(chain.map((role) => roles[role]));
        const [leaf, ...above] = facts.chain;
        expect(leaf.dnsNames, id).toEqual(certificate.names ?? [id]);
        expect(leaf.commonNames, id).toEqual(
          certificate.commonName === undefined ? [] : [certificate.commonName],
        );
        expect(leaf.ipAddresses, id).toEqual(
          id === 'addressed' ? ['c0000201', '20010db8000000000000000000000001'] : [],
        );
        for (const { otherNames, criticalExtensions } of facts.chain) {
          expect({ otherNames, criticalExtensions }, id).toEqual({
            otherNames: ['directory'],
            criticalExtensions: 'known',
          });
        }
        for (const authority of above) expect(authority.dnsNames, id).toEqual([]);
        for (const [at, issuer] of above.entries()) {
          expect(issuer.commonNames, id).toHaveLength(1);
          expect(facts.chain[at]!.issuerNames, id).toEqual(issuer.commonNames);
        }
      }
    },
    'the path is judged without names, and its cause is the last that was found': async () => {
      for (const [id, { path }] of Object.entries<Sight>(SIGHTS)) {
        expect((await inspected(id, [])).path, id).toEqual(path);
        for (const [validity, hidden] of Object.entries(DATED)) {
          const dated = datedId(id, validity as keyof typeof DATED);
          expect((await inspected(dated, [])).path, dated).toEqual(hidden);
        }
      }
    },
    'dates are those of the certificate': async () => {
      const [{ now }, day] = [subject(), 86_400_000];
      const datesOf = async (id: string) => {
        const [{ notBefore, notAfter }] = (await inspected(id, [])).chain;
        return [notBefore, notAfter].map((at) => Math.sign(Math.round((at - now()) / day)));
      };
      expect(await datesOf('ca')).toEqual([-1, 1]);
      expect(await datesOf(datedId('ca', 'expired'))).toEqual([-1, -1]);
      expect(await datesOf(datedId('ca', 'not-yet-valid'))).toEqual([1, 1]);
    },
    'signatures verify under the keys of the chain and of the records': async () => {
      for (const [id, { signatures }] of Object.entries<Sight>(SIGHTS)) {
        const facts = await inspected(id, await recordsAt(id));
        expect(facts.signatures.map(signatureText).toSorted(), id).toEqual(signatures.toSorted());
      }
    },
    'dates do not matter to signatures': async () => {
      for (const validity of ['expired', 'not-yet-valid'] as const) {
        const id = datedId('intermediate', validity);
        const facts = await inspected(id, await recordsAt(id));
        expect(facts.signatures.map(signatureText).toSorted()).toEqual(
          SIGHTS.intermediate.signatures.toSorted(),
        );
      }
    },
    'whole certificates in records of usage 2 are shown': async () => {
      for (const [id, { chain, certificate }] of Object.entries<Sight>(SIGHTS)) {
        const { anchors, chain: sent } = await inspected(id, await recordsAt(id));
        const isSelf = certificate.issuer === 'self';
        const [anchor, ...others] = anchors;
        expect(anchor && inShort(anchor), id).toEqual(isSelf ? leafOf(certificate) : ANCHOR);
        expect(others, id).toEqual(
          ANCHOR_RECORDS(id)
            .slice(1)
            .map(() => null),
        );
        if (isSelf || chain.includes('anchor')) expect(anchor, id).toEqual(sent.at(-1));
      }
    },
    'records of others verify nothing': async () => {
      const facts = await inspected('ca', await recordsAt('strangers'));
      expect(facts.signatures).toEqual([]);
      expect(facts.anchors.map((anchor) => anchor?.ca ?? null)).toEqual(['no', null, 'yes']);
    },
    'signatures are tried for records of usage 2 only': async () => {
      const facts = await inspected('private', await recordsAt('ends'));
      expect(facts).toMatchObject({ signatures: [], anchors: [null, null] });
      expect(await inspected('private', [])).toMatchObject({ signatures: [], anchors: [] });
    },
    'digests are those that TLSA records hold': async () => {
      const { chain } = await inspected('private', []);
      const held = async (name: string) =>
        (await recordsAt(name)).map((record) => record.kind === 'tlsa' && (record.digest ?? record.data));
      expect(await held('digests')).toEqual(digestsOf(chain[0]));
      expect(await held('anchor-digests')).toEqual(digestsOf(chain[1]!));
    },
    'the same peer is seen twice the same': async () => {
      const records = await recordsAt('private');
      const met = await secured('private');
      const first = await met.inspect(records);
      expect(await met.inspect(records)).toEqual(first);
      expect(await (await secured('private')).inspect(records)).toEqual(first);
      expect(await met.hello()).toMatchObject({ reply: { code: 250 } });
    },
  };
}

const AUTHORITY = {
  ca: 'yes',
  certSign: 'yes',
  serverAuth: 'absent',
  pathLength: null,
  nameConstraints: { kind: 'absent' },
} as const;
const ANCHOR = { ...AUTHORITY, selfIssued: 'yes' } as const;
const INTERMEDIATE = { ...AUTHORITY, selfIssued: 'no' } as const;

function leafOf({ issuer }: Certificate) {
  const selfIssued = issuer === 'self' ? 'yes' : 'no';
  return { ...AUTHORITY, ca: 'no', certSign: 'no', serverAuth: 'yes', selfIssued };
}

/** Without what a world does not say of authorities: names, dates and digests. */
function inShort(facts: CertificateFacts) {
  const { ca, certSign, serverAuth, pathLength, nameConstraints, selfIssued } = facts;
  return { ca, certSign, serverAuth, pathLength, nameConstraints, selfIssued };
}

function digestsOf(facts: CertificateFacts): readonly string[] {
  const { certificateSha256, certificateSha512, spkiSha256, spkiSha512 } = facts;
  return [certificateSha256, certificateSha256, certificateSha512, spkiSha256, spkiSha256, spkiSha512];
}

function signatureText({ subject, key }: SignatureFact): string {
  return `${subject} < ${key.from} ${key.index}`;
}

/** Holds SMTP connections to the contract of `peer.inspect`, and `dns.tlsa` to speaking of the same certificates. */
export function peerInspectContract(
  adapter: string,
  start: Start<keyof InspectSubject>,
  exceptions: Exceptions<keyof ReturnType<typeof clausesOf>> = {},
): void {
  describeContract(`peer.inspect: ${adapter}`, () => start(world), clausesOf, exceptions);
}
