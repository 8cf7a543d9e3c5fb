import { decide, defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const tlsaWorth = defineTable({
  name: 'tlsa-worth',
  about: 'What a kind of TLSA record is worth to a mail host that publishes it (RFC 7672, Section 3.1; RFC 7671, Sections 5 and 10.1).',
  inputs: {
    usage: ['pkix-ta', 'pkix-ee', 'dane-ta', 'dane-ee', 'unknown'],
    selector: ['certificate', 'public-key', 'unknown'],
    matching: ['full', 'sha-256', 'sha-512', 'unknown'],
  },
  verdicts: ['recommended', 'acceptable', 'discouraged', 'useless'],
})([
  { id: 'WORTH-1',  when: { usage: ['pkix-ta', 'pkix-ee'] },                                     then: 'useless',
    why: 'Senders of mail agree on no list of CAs, so they take records of usage 0 and 1 for none.', refs: ['DANE-3.1.3-1'] },
  { id: 'WORTH-2',  when: { usage: 'unknown' },                                                  then: 'useless',
    why: 'Nobody knows what such a usage means.', refs: ['DANE-3.1-1'] },
  { id: 'WORTH-3',  when: { usage: ['dane-ta', 'dane-ee'], selector: 'unknown' },                then: 'useless',
    why: 'Nobody knows which part of a certificate such a selector means.', refs: ['DANE-3.1-1'] },
  { id: 'WORTH-4',  when: { usage: ['dane-ta', 'dane-ee'], selector: ['certificate', 'public-key'], matching: 'unknown' }, then: 'useless',
    why: 'Nobody knows such a digest.', refs: ['DANE-3.1-1'] },
  { id: 'WORTH-5',  when: { usage: 'dane-ee', selector: 'public-key', matching: 'sha-256' },     then: 'recommended',
    why: 'Every sender that knows DANE can match it, and a renewed certificate with the same key matches too.', refs: ['DANE-3.1-1', 'DANE-3.1.1-3'] },
  { id: 'WORTH-6',  when: { usage: 'dane-ee', selector: 'public-key', matching: 'sha-512' },     then: 'acceptable',
    why: 'A sender need not know SHA-512; every one knows SHA-256.', refs: ['DANE-3.1-1'] },
  { id: 'WORTH-7',  when: { usage: 'dane-ee', selector: 'public-key', matching: 'full' },        then: 'discouraged',
    why: 'A whole key in DNS makes a large answer and says no more than its digest.', refs: ['DOPS-10.1-1'] },
  { id: 'WORTH-8',  when: { usage: 'dane-ee', selector: 'certificate', matching: ['sha-256', 'sha-512'] }, then: 'discouraged',
    why: 'It must be changed each time the certificate is renewed, even if the key stays.', refs: ['DANE-3.1.1-3'] },
  { id: 'WORTH-9',  when: { usage: 'dane-ee', selector: 'certificate', matching: 'full' },       then: 'discouraged',
    why: 'A whole certificate in DNS makes an answer that does not fit a datagram, and changes at each renewal.', refs: ['DOPS-10.1-1', 'DANE-3.1.1-3'] },
  { id: 'WORTH-10', when: { usage: 'dane-ta', selector: 'certificate', matching: 'sha-256' },    then: 'recommended',
    why: 'It names one issuer with its constraints and dates; the issuer\'s certificate must be sent along.', refs: ['DANE-3.1-1'] },
  { id: 'WORTH-11', when: { usage: 'dane-ta', selector: 'certificate', matching: 'sha-512' },    then: 'acceptable',
    why: 'A sender need not know SHA-512; every one knows SHA-256.', refs: ['DANE-3.1-1'] },
  { id: 'WORTH-12', when: { usage: 'dane-ta', selector: 'public-key', matching: ['sha-256', 'sha-512'] }, then: 'acceptable',
    why: 'It names the issuer\'s key only, so the constraints in its certificate do not bind.', refs: ['DANE-3.1.2-3'] },
  { id: 'WORTH-13', when: { usage: 'dane-ta', selector: ['certificate', 'public-key'], matching: 'full' }, then: 'discouraged',
    why: 'A whole certificate or key in DNS makes an answer that may not fit a datagram.', refs: ['DANE-3.1.2-3', 'DOPS-10.1-1'] },
]);

export type TlsaWorth = (typeof tlsaWorth.verdicts)[number];

/** The three numbers of a TLSA record (RFC 6698, Section 2.1). */
export interface TlsaKind {
  readonly usage: number;
  readonly selector: number;
  readonly matching: number;
}

/** What records of that kind are worth at a mail host. Total; never throws. */
export function judgeTlsaKind({ usage, selector, matching }: TlsaKind) {
  const { usage: usages, selector: selectors, matching: matchings } = tlsaWorth.inputs;
  return decide(tlsaWorth, {
    usage: usages[usage] ?? 'unknown',
    selector: selectors[selector] ?? 'unknown',
    matching: matchings[matching] ?? 'unknown',
  });
}
