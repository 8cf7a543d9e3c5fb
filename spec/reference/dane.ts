/*
 * TLSA records against a presented certificate chain: RFC 6698, as changed by RFC 7671 and used by RFC 7672.
 * Signatures have been checked elsewhere; here they are only facts.
 */

import { certificateNameMatches } from './names.js';

export interface Tlsa {
  usage: number;
  selector: number;
  matching: number;
  data: string; // lower-case hexadecimal
  content: 'certificate' | 'public-key' | 'opaque'; // what the data parses as
  digest: string | null; // SHA-256 of the data, for matching type 0
}

export interface Cert {
  certificateSha256: string;
  certificateSha512: string;
  spkiSha256: string;
  spkiSha512: string;
  dnsNames: string[];
  ipAddresses: string[];
  otherNames: NameForm[]; // what other forms of names subject and subjectAltName hold
  directoryNames: string[][]; // the subject, and those in subjectAltName; each a list of its parts
  commonNames: string[];
  notBefore: number;
  notAfter: number;
  ca: 'yes' | 'no' | 'absent';
  pathLength: number | null;
  certSign: 'yes' | 'no' | 'absent';
  digitalSignature: 'yes' | 'no' | 'absent';
  keyEncipherment: 'yes' | 'no' | 'absent';
  serverAuth: 'yes' | 'no' | 'absent';
  selfIssued: 'yes' | 'no';
  nameConstraints:
    | { kind: 'absent' }
    | {
        kind: 'dns';
        permitted: string[];
        excluded: string[];
        permittedDirectories: string[][];
        excludedDirectories: string[][];
        otherForms: NameForm[]; // constrained, not read
      }
    | { kind: 'unsupported' };
  criticalExtensions: 'known' | 'unknown';
  key: Key;
  signatureDigest: string; // what the issuer's signature is made over
}

export type Key =
  | { kind: 'rsa'; modulusBits: number; exponentBits: number; exponentParity: 'odd' | 'even' }
  | { kind: 'ec'; fieldBits: number | null }
  | { kind: 'fixed' | 'other' | 'unstated' };

type NameForm = 'ip' | 'email' | 'uri' | 'directory' | 'other';

export interface Peer {
  chain: Cert[]; // as presented, the leaf first
  anchors: (Cert | null)[]; // for each record, the certificate in it if it is a 2 0 0
  recordKeys: (Key | null)[]; // for each record, the key in it if it is a 2 1 0
  leafKeyUse: 'signature' | 'encipherment'; // what TLS did with the leaf's key
  signatures: { subject: number; key: { from: 'chain' | 'tlsa'; index: number } }[]; // only those that verify
}

/** RFC 6698, Section 4.1, and RFC 7672, Section 3.1: can anything be done with this record? */
export function isUsable(r: Tlsa): boolean {
  // RFC 7672, Section 3.1.3: PKIX-TA and PKIX-EE have no place in SMTP.
  if (r.usage !== 2 && r.usage !== 3) return false;
  if (r.matching === 0) {
    if (r.selector === 0) return r.content === 'certificate';
    if (r.selector === 1) return r.content === 'public-key';
    return false;
  }
  if (r.selector !== 0 && r.selector !== 1) return false;
  // A digest has to be as long as its algorithm makes it: 32 or 64 bytes, two characters each.
  if (r.matching === 1) return r.data.length === 64;
  if (r.matching === 2) return r.data.length === 128;
  return false;
}

/** RFC 7671, Section 9. The records given are usable ones. SHA-512 beats SHA-256. */
export function applyAgility(records: Tlsa[]): Tlsa[] {
  const kept: Tlsa[] = [];
  for (const record of records) {
    if (survivesAgility(record, records)) kept.push(record);
  }
  return kept;
}

function survivesAgility(record: Tlsa, usable: Tlsa[]): boolean {
  // No digest, nothing to weaken.
  if (record.matching === 0) return true;
  if (record.matching === 2) return true;
  // SHA-256: only if its usage and selector have no SHA-512.
  for (const other of usable) {
    if (other.usage === record.usage && other.selector === record.selector && other.matching === 2) {
      return false;
    }
  }
  return true;
}

/** RFC 7672, Section 3.2. The records are all that were published, in the order to which the peer's facts refer. */
export function daneMatches(records: Tlsa[], peer: Peer, referenceNames: string[], now: number): boolean {
  const leaf = peer.chain[0];
  if (leaf === undefined) return false;

  const usable = records.filter(isUsable);
  const isInPlay = (record: Tlsa): boolean => isUsable(record) && survivesAgility(record, usable);

  // Section 3.1.1, DANE-EE: the leaf matches. No names, no dates, no chain.
  for (const record of records) {
    if (record.usage === 3 && isInPlay(record) && recordMatches(record, leaf)) return true;
  }

  // Section 3.1.2, DANE-TA: a path from the leaf to something that is published, and a name.
  if (!leafHasName(leaf, referenceNames)) return false;
  // RFC 5280, Section 4.2.1.3: the key does in TLS only what its certificate says that it is for.
  if (peer.leafKeyUse === 'signature' && leaf.digitalSignature === 'no') return false;
  if (peer.leafKeyUse === 'encipherment' && leaf.keyEncipherment === 'no') return false;

  for (const path of pathsFromLeaf(peer)) {
    for (let i = 0; i < records.length; i++) {
      const record = records[i] as Tlsa;
      if (record.usage !== 2 || !isInPlay(record)) continue;
      if (pathEndsInChain(record, path, now)) return true;
      if (pathEndsInDns(record, i, path, peer, now)) return true;
    }
  }
  return false;
}

/** RFC 6698, Sections 2.1.2 and 2.1.3. */
function recordMatches(record: Tlsa, cert: Cert): boolean {
  if (record.selector === 0) {
    if (record.matching === 0) return record.digest === cert.certificateSha256;
    if (record.matching === 1) return record.data === cert.certificateSha256;
    return record.data === cert.certificateSha512;
  }
  if (record.matching === 0) return record.digest === cert.spkiSha256;
  if (record.matching === 1) return record.data === cert.spkiSha256;
  return record.data === cert.spkiSha512;
}

/** RFC 7672, Section 3.2.3: with a DNS-ID in the certificate, a CN-ID is not looked at. */
function leafHasName(leaf: Cert, referenceNames: string[]): boolean {
  let presented = leaf.dnsNames;
  if (presented.length === 0) presented = leaf.commonNames;
  for (const name of presented) {
    for (const reference of referenceNames) {
      if (certificateNameMatches(name, reference)) return true;
    }
  }
  return false;
}

/** A path: positions in the presented chain, from the leaf up, each certificate signed by the next one's key. */
interface Path {
  positions: number[];
  certs: Cert[];
}

function pathsFromLeaf(peer: Peer): Path[] {
  const found: Path[] = [];
  const extend = (positions: number[]): void => {
    found.push({ positions, certs: positions.map((position) => peer.chain[position] as Cert) });
    for (const signature of peer.signatures) {
      if (signature.subject !== positions[positions.length - 1]) continue;
      if (signature.key.from !== 'chain') continue;
      if (peer.chain[signature.key.index] === undefined) continue;
      if (positions.includes(signature.key.index)) continue;
      extend([...positions, signature.key.index]);
    }
  };
  extend([0]);
  return found;
}

/** The last certificate of the path is the trust anchor, because the record matches it. */
function pathEndsInChain(record: Tlsa, path: Path, now: number): boolean {
  const last = path.certs[path.certs.length - 1] as Cert;
  if (!recordMatches(record, last)) return false;

  // RFC 6698, Appendix A.1: the leaf may be its own anchor. Names were seen to; the leaf itself is left.
  // Nobody's signature is relied on then.
  if (path.certs.length === 1) return isSoundBelowAnchor(path.certs, now) && !isWeakKey(path.certs[0]!.key);

  const below = path.certs.slice(0, -1);
  if (!isSoundBelowAnchor(below, now) || !isStrongBelowAnchor(below)) return false;
  if (isWeakKey(last.key)) return false;
  // RFC 7671, Section 5.2.1: selector 0 names a whole certificate, so what it says about itself counts.
  if (record.selector === 0) return anchorAllows(last, below, now);
  return true;
}

/** The trust anchor is published in full, and signed the last certificate of the path. RFC 7671, Section 5.2. */
function pathEndsInDns(record: Tlsa, recordIndex: number, path: Path, peer: Peer, now: number): boolean {
  if (record.matching !== 0) return false;

  const lastPosition = path.positions[path.positions.length - 1];
  let signed = false;
  for (const signature of peer.signatures) {
    if (signature.subject !== lastPosition) continue;
    if (signature.key.from === 'tlsa' && signature.key.index === recordIndex) signed = true;
  }
  if (!signed) return false;

  if (!isSoundBelowAnchor(path.certs, now) || !isStrongBelowAnchor(path.certs)) return false;
  if (record.selector === 0) {
    const anchor = peer.anchors[recordIndex];
    if (anchor === null || anchor === undefined) return false;
    return !isWeakKey(anchor.key) && anchorAllows(anchor, path.certs, now);
  }
  // Section 5.2.3: a bare key. There is nothing more that it could forbid.
  const key = peer.recordKeys[recordIndex];
  return key === null || key === undefined || !isWeakKey(key);
}

/** RFC 9325, Section 4.5. The anchor's own signature is nobody's business. */
function isStrongBelowAnchor(certs: Cert[]): boolean {
  for (const cert of certs) {
    if (isWeakKey(cert.key)) return false;
    if (['md5', 'sha-1', 'other'].includes(cert.signatureDigest)) return false;
  }
  return true;
}

/** RFC 9325, Section 4.5: RSA of 2048 bits at least, curves of 224; and exponents that are odd and above 2^16. */
function isWeakKey(key: Key): boolean {
  if (key.kind === 'rsa')
    return key.modulusBits < 2048 || key.exponentBits < 17 || key.exponentParity === 'even';
  if (key.kind === 'ec') return key.fieldBits === null || key.fieldBits < 224;
  return key.kind === 'other';
}

/** RFC 5280, Section 6.1, for the leaf and the intermediate certificates, without the anchor. */
function isSoundBelowAnchor(certs: Cert[], now: number): boolean {
  for (let i = 0; i < certs.length; i++) {
    const cert = certs[i] as Cert;
    if (!isWithinDates(cert, now)) return false;
    // RFC 5280, Section 6.1.4 (o) and 6.1.5 (f).
    if (cert.criticalExtensions === 'unknown') return false;
    if (i === 0) {
      // The leaf: an extended key usage that leaves out TLS servers rules it out.
      if (cert.serverAuth === 'no') return false;
    } else {
      if (!mayIssueTo(cert, certs.slice(0, i))) return false;
    }
  }
  return true;
}

function anchorAllows(anchor: Cert, below: Cert[], now: number): boolean {
  if (!isWithinDates(anchor, now)) return false;
  if (anchor.criticalExtensions === 'unknown') return false;
  return mayIssueTo(anchor, below);
}

/** RFC 5280, Section 6.1.4: what a certificate says about those that it and its heirs issued, from the leaf up. */
function mayIssueTo(issuer: Cert, below: Cert[]): boolean {
  if (issuer.ca !== 'yes') return false;
  if (issuer.certSign === 'no') return false;
  // Section 4.2.1.12, as everybody reads it of authorities: not for these purposes, not for servers.
  if (issuer.serverAuth === 'no') return false;
  if (!isWithinPathLength(issuer, below)) return false;
  return isWithinNameConstraints(issuer, below);
}

/** RFC 5280, Sections 4.2.1.10 and 6.1.3 (b) and (c). */
function isWithinNameConstraints(issuer: Cert, below: Cert[]): boolean {
  const constraints = issuer.nameConstraints;
  if (constraints.kind === 'absent') return true;
  if (constraints.kind === 'unsupported') return false;
  for (let i = 0; i < below.length; i++) {
    const cert = below[i] as Cert;
    // "If certificate i is self-issued and it is not the final certificate in the path, skip this step."
    if (i > 0 && cert.selfIssued === 'yes') continue;
    // "The application MUST either process the constraint or reject the certificate."
    for (const form of constraints.otherForms) {
      if (form === 'ip' && cert.ipAddresses.length > 0) return false;
      if (cert.otherNames.includes(form)) return false;
    }
    for (const name of constrainedNames(cert, i === 0)) {
      if (constraints.excluded.some((subtree) => someHostIsIn(name, subtree))) return false;
      if (constraints.permitted.length === 0) continue;
      if (!constraints.permitted.some((subtree) => everyHostIsIn(name, subtree))) return false;
    }
    for (const name of cert.directoryNames) {
      if (constraints.excludedDirectories.some((subtree) => directoryIsIn(name, subtree))) return false;
      if (constraints.permittedDirectories.length === 0) continue;
      if (!constraints.permittedDirectories.some((subtree) => directoryIsIn(name, subtree))) return false;
    }
  }
  return true;
}

/** RFC 5280, Section 7.1: the parts of the subtree come first in the name, in the same order. */
function directoryIsIn(name: string[], subtree: string[]): boolean {
  return name.length >= subtree.length && subtree.every((part, i) => part === name[i]);
}

/** DNS names; and common names that look like them, in a leaf in which they would be taken for DNS names. */
function constrainedNames(cert: Cert, isLeaf: boolean): string[] {
  if (cert.dnsNames.length > 0) return cert.dnsNames;
  if (!isLeaf) return [];
  return cert.commonNames.filter((name) => looksLikeHost(withoutWildcard(name)));
}

function looksLikeHost(name: string): boolean {
  return /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i.test(name);
}

function withoutWildcard(name: string): string {
  return name.startsWith('*.') ? name.slice(2) : name;
}

/** A name that is no host is in no subtree, so it is not permitted where anything has to be. */
function everyHostIsIn(name: string, subtree: string): boolean {
  const host = withoutWildcard(name).toLowerCase();
  if (!looksLikeHost(host)) return false;
  const base = subtree.toLowerCase();
  if (base === '') return true;
  // Not in the text, and yet often written: a leading dot means that something has to stand before it.
  if (base.startsWith('.')) return host.endsWith(base) || (name.startsWith('*.') && `.${host}` === base);
  return host === base || host.endsWith(`.${base}`);
}

/** For exclusion a wildcard counts for each of the names that it covers. */
function someHostIsIn(name: string, subtree: string): boolean {
  const base = subtree.toLowerCase().replace(/^\./, '');
  if (everyHostIsIn(name, base)) return true;
  if (!name.startsWith('*.')) return false;
  const labels = base.split('.');
  return labels.length > 1 && labels.slice(1).join('.') === withoutWildcard(name).toLowerCase();
}

function isWithinDates(cert: Cert, now: number): boolean {
  return cert.notBefore <= now && now <= cert.notAfter;
}

/** RFC 5280, Section 4.2.1.9: intermediates that are not self-issued count; the leaf never does. */
function isWithinPathLength(cert: Cert, below: Cert[]): boolean {
  if (cert.pathLength === null) return true;
  let counted = 0;
  for (let i = 1; i < below.length; i++) {
    if (below[i]?.selfIssued === 'no') counted++;
  }
  return counted <= cert.pathLength;
}

/** RFC 7672, Section 3.2.2: the names of which the certificate must have one. */
export function referenceNames(f: {
  mx: 'secure' | 'insecure';
  source: 'mx' | 'implicit' | 'relay';
  base: string;
  nextHop: string;
  expandedNextHop: string | null;
}): string[] {
  // The TLSA base domain comes first, always.
  const names = [f.base];

  if (f.source === 'implicit' || f.source === 'relay') {
    // No MX record: the domain (or relay) that was asked for counts, also where the base domain is its expansion.
    if (!names.includes(f.nextHop)) names.push(f.nextHop);
    return names;
  }

  // An insecure MX record ties the host to nothing else.
  if (f.mx === 'insecure') return names;

  if (!names.includes(f.nextHop)) names.push(f.nextHop);
  if (f.expandedNextHop !== null && !names.includes(f.expandedNextHop)) names.push(f.expandedNextHop);
  return names;
}
