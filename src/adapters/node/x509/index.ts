export { readPublicKey } from './algorithms.js';
export { type CertificateParts, readCertificate } from './certificate-der.js';
export { CertificateReader, certificateFacts, type ReadCertificate } from './certificate-facts.js';
export { nameError } from './name-error.js';
export { PeerInspector, type Presented } from './peer-inspector.js';
export { presentedBy } from './presented.js';
export { SignatureChecker, type TlsaKey } from './signatures.js';
export { trustPath } from './trust-path.js';
