/*
 * DANE: checks of a presented chain against TLSA records, with what was read of certificates remembered and not, beside
 * the verifier of mx-connect, which compares digests and asks for neither path, names nor dates; and what DANE adds to
 * the CPU time of a delivery.
 */
import { X509Certificate } from 'node:crypto';
import { createRequire } from 'node:module';
import { PeerInspector } from '../src/adapters/node/x509/index.js';
import { matchDane, type TlsaRecord } from '../src/policy/index.js';
import { association, createPki } from '../src/testing/index.js';
import { type Contender, measure } from './measure.js';
import { type Benchmark, costLine, rateLine } from './table.js';

const { verifyCertAgainstTlsa } = createRequire(import.meta.url)('mx-connect/lib/dane.js') as {
  verifyCertAgainstTlsa: (
    leaf: X509Certificate,
    records: readonly object[],
    chain: readonly X509Certificate[],
  ) => { readonly valid: boolean };
};

const HOST = 'mx.a.example';
const PATH = { kind: 'untrusted', cause: 'unknown-issuer', code: '' } as const;

export const dane: Benchmark = {
  title: 'DANE checks of one presented chain',
  limits:
    'mx-connect compares one digest. The facts of a chain are looked up by the octets of its certificates, and a judgement with its reasons is made of them; under DANE-TA a path is built, and names and dates are judged, which the other side does not do.',
  async run(effort) {
    const cases = [];
    for (const usage of [3, 2] as const) cases.push({ usage, ...(await presented(usage)) });
    const rates = await measure(
      cases.flatMap((each) => [kept(each), cold(each), mxConnect(each)]),
      effort,
    );
    return cases.flatMap(({ usage }, at) => {
      const [warm, fresh, other] = rates.slice(3 * at, 3 * at + 3);
      const name = usage === 3 ? 'DANE-EE' : 'DANE-TA';
      return [
        rateLine(`${name}, facts remembered`, warm!),
        rateLine(`${name}, facts read anew`, fresh!),
        rateLine(`${name}, mx-connect`, other!),
        costLine(`cost, ${name}, remembered, to mx-connect`, warm!, other!, usage === 3 ? 1 : 1.5),
      ];
    });
  },
};

interface Presented {
  readonly certificates: readonly X509Certificate[];
  readonly record: TlsaRecord & { readonly kind: 'tlsa' };
}

async function presented(usage: 2 | 3): Promise<Presented> {
  const pki = await createPki();
  const { chainPem, anchorDer, leafDer } = await pki.issue({ issuer: 'private-ca', sends: 'full' }, HOST);
  const certificates = chainPem
    .match(/-----BEGIN[\s\S]*?END CERTIFICATE-----/g)!
    .map((pem) => new X509Certificate(pem));
  // The whole certificate, because mx-connect cannot get at the key of Node's own certificate objects.
  const data = association(usage === 3 ? leafDer : anchorDer, 0, 1);
  return {
    certificates,
    record: { kind: 'tlsa', usage, selector: 0, matching: 1, data, content: 'opaque', digest: null },
  };
}

function kept({ certificates, record }: Presented): Contender {
  const inspector = new PeerInspector();
  return times(100, () => check(inspector, certificates, record));
}

function cold({ certificates, record }: Presented): Contender {
  return times(20, () =>
    check(
      new PeerInspector(),
      certificates.map(({ raw }) => new X509Certificate(raw)),
      record,
    ),
  );
}

async function check(
  inspector: PeerInspector,
  certificates: readonly X509Certificate[],
  record: TlsaRecord,
): Promise<void> {
  const peer = await inspector.inspect({ certificates, path: PATH }, [record]);
  if (matchDane([record], peer, [HOST], Date.now()).kind !== 'matched') throw new Error('no match');
}

function mxConnect({ certificates, record }: Presented): Contender {
  const [leaf, ...others] = certificates;
  const records = [{ ...record, mtype: record.matching, cert: Buffer.from(record.data, 'hex') }];
  return times(100, async () => {
    if (!verifyCertAgainstTlsa(leaf!, records, others).valid) throw new Error('no match');
  });
}

function times(count: number, once: () => Promise<void>): Contender {
  return {
    async batch() {
      for (let done = 0; done < count; done++) await once();
      return count;
    },
  };
}
