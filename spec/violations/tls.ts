import type { Violations } from './violation.js';

const settings = 'src/adapters/node/smtp/tls-settings.ts';
const socket = 'src/adapters/node/smtp/secure-socket.ts';
const coversName = 'src/policy/names/match.ts';
const names = 'src/policy/certificate/names.ts';

/** STARTTLS, the settings of TLS, and names in certificates (RFC 3207, RFC 9325, RFC 9525). */
export const tls: Violations = {
  'SID-6.1-2': {
    file: 'src/machine/host.session-judgements.ts',
    find: 'authenticatePeer(\n    context.plan!,',
    put: "authenticatePeer(\n    { ...context.plan!, certificateNames: context.plan!.certificateNames.map((names) => [...names, (context.addressKnowledge as { expandedName?: string }).expandedName ?? '']) },",
  },
  'SID-6.3-1': {
    file: coversName,
    find: 'presented.length === host.length && parseDnsName(presented) === host',
    put: "(parseDnsName(presented) ?? '').endsWith(host)",
  },
  'SID-6.3-3': { file: coversName, find: "parent?.includes('.') === true &&", put: 'parent !== null &&' },
  'SID-6.3-4': {
    file: coversName,
    find: "host.includes('.') && host.slice(host.indexOf('.') + 1) === parent",
    put: "host.endsWith('.' + parent)",
  },
  'SID-6.4-1': {
    file: names,
    find: 'return certificate.ipAddresses.includes(octets)',
    put: 'return presented.includes(reference) || certificate.ipAddresses.includes(octets)',
  },
  'TLS-3.1.1-1': { file: settings, find: "minVersion: 'TLSv1.2'", put: "minVersion: 'TLSv1'" },
  'TLS-3.1.1-2': { file: settings, find: "maxVersion: 'TLSv1.3'", put: "maxVersion: 'TLSv1.2'" },
  'STS-7.2-1': { file: settings, find: "minVersion: 'TLSv1.2'", put: "minVersion: 'TLSv1.3'" },
  'TLS-3.7-1': { file: socket, find: '{ servername: serverName }', put: '{}' },
  'TLS-3.8-1': {
    file: socket,
    find: 'rejectUnauthorized: false,',
    put: "rejectUnauthorized: false,\n        ALPNProtocols: ['smtp'],",
  },
  'TLS-3.10-1': { file: settings, find: 'constants.SSL_OP_NO_TICKET |', put: '' },
  'TLS-4.1-1': { file: settings, find: "'DHE+AES',", put: "'DHE+AES',\n  'kRSA+AES'," },
  'TLS-4.1-2': {
    file: settings,
    find: "'TLS_AES_256_GCM_SHA384',",
    put: "'TLS_CHACHA20_POLY1305_SHA256',\n  'TLS_AES_256_GCM_SHA384',",
  },
  'TLS-4.5-1': { file: settings, find: "'@SECLEVEL=2'", put: "'@SECLEVEL=1'" },
  'OS-3-3': { row: 'PEER-1', says: 'pkix' },
  'SID-6.1-1': {
    file: 'src/policy/host/plan.ts',
    find: "sni.verdict === 'tlsa-base' ? baseDomain : facts.host,",
    put: "sni.verdict === 'tlsa-base' ? facts.nextHop : facts.host,",
  },
  'SID-6.3-2': {
    file: 'src/policy/names/mailbox.ts',
    find: 'parseHostName(toAscii(text))',
    put: "parseHostName(text.normalize('NFD').replace(/\\p{M}/gu, ''))",
  },
  'SID-6.6-1': { row: 'PEER-7', says: 'none' },
  'STLS-4-1': {
    file: 'src/adapters/node/smtp/smtp-session.ts',
    find: "commandAndRelease('STARTTLS\\r\\n',",
    put: "commandAndRelease('STARTTLS now\\r\\n',",
  },
  'STLS-4-4': {
    file: 'src/adapters/node/smtp/smtp-session.ts',
    find: "commandAndRelease('STARTTLS\\r\\n',",
    put: "commandAndRelease('STARTTLS\\r\\nEHLO me.example\\r\\n',",
  },
  'STLS-4.2-1': {
    file: 'src/machine/host.machine.ts',
    find: "{ target: 'awaitingHelloAgain' },",
    put: "{ target: 'judgingMessage' },",
  },
  'STLS-4.2-3': {
    file: 'src/machine/host.machine.ts',
    find: "target: 'judgingHelloAgain',",
    put: "target: 'judgingHello',",
  },
  'TLS-3.1.3-1': { row: 'TLS-4', says: 'start' },
  'TLS-3.2-1': { row: 'OPER-2', says: 'no-demand' },
  'TLS-3.5-1': {
    file: 'src/adapters/node/smtp/tls-settings.ts',
    find: 'constants.SSL_OP_NO_RENEGOTIATION |',
    put: 'constants.SSL_OP_LEGACY_SERVER_CONNECT |',
  },
  'TLS-8996-1': { file: settings, find: "minVersion: 'TLSv1.2'", put: "minVersion: 'TLSv1'" },
  'CHOICE-12': { row: 'SNI-2', says: 'mx-name' },
  'CHOICE-21': {
    file: 'src/policy/certificate/path.ts',
    find: 'isFit: isStrongKey(leaf.key) && allowsKeyUse(leaf, peer.leafKeyUse),',
    put: 'isFit: true,',
  },
  'CHOICE-25': {
    file: 'src/policy/certificate/work-budget.ts',
    find: 'return budget.stepsLeft < 0;',
    put: 'return false;',
  },
  'CHOICE-20': { row: 'OPER-9', says: 'authenticate' },
  'SID-6125-6.4.4-1': { file: names, find: "form === 'uri' || form === 'other'", put: "form === 'email'" },
  'SID-9525-1': {
    file: 'src/policy/host/plan.ts',
    find: "operatorAuthenticates === 'other'\n",
    put: "operatorAuthenticates !== 'other'\n",
  },
  'DOPS-7-2': { row: 'SNI-2', says: 'mx-name' },
};
