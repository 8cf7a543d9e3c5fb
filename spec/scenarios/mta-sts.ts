/* MTA-STS (RFC 8461): whether there is a policy, what it demands of a host, and how long it is kept. */
import type { PolicyHost, Scenario, World } from '../../src/adapters/scripted/index.js';
import type { TlsReportResultType } from '../../src/policy/tls-report/tally.js';
import {
  announced,
  daneDomain,
  mailHosts,
  NO_SHA256,
  OTHER_NAME,
  plainDomain,
  policyFile,
  policyText,
  SELF_SIGNED,
  SIGNED,
  type Story,
  send,
  stsDomain,
  stsPolicy,
  tlsa,
  together,
  twoHosts,
} from './worlds.js';

const passes = { outcome: 'delivered', status: '2.x', tls: 'yes', authentication: 'pkix' } as const;
const encrypted = { outcome: 'delivered', status: '2.x', tls: 'yes', authentication: 'none' } as const;
const inClear = { outcome: 'delivered', status: '2.x', tls: 'no', authentication: 'none' } as const;
const waits = { outcome: 'deferred', status: '4.7.5' } as const;

/** Whether the policy lists the host. */
const listing: readonly Story[] = [
  {
    name: 'a wildcard lists the hosts one label below it',
    refs: ['STS-4.1-2'],
    world: together(plainDomain(), stsPolicy('enforce', ['*.a.example'])),
    steps: [send(passes)],
  },
  {
    name: 'a wildcard does not list hosts two labels below it',
    refs: ['STS-10.4-1'],
    shows: ['STS-4.1-2'],
    world: together(mailHosts({ 'mx.b.a.example': {} }), stsPolicy('enforce', ['*.a.example'])),
    steps: [send({ ...waits, notConnected: ['mx.b.a.example'] })],
  },
  {
    name: 'a wildcard does not list the name below which it stands',
    refs: ['STS-4.1-2'],
    shows: ['STS-4.1-4'],
    world: together(
      { dns: { 'A a.example': ['@a.example'] }, mail: { 'a.example': {} } },
      stsPolicy('enforce', ['*.a.example']),
    ),
    steps: [send({ ...waits, notConnected: ['a.example'] })],
  },
  {
    name: 'no MX record: the domain itself has to be listed, and is',
    refs: ['STS-4.1-4'],
    shows: ['SMTP-5.1-5'],
    world: together(
      { dns: { 'A a.example': ['@a.example'] }, mail: { 'a.example': {} } },
      stsPolicy('enforce', ['a.example']),
    ),
    steps: [send(passes)],
  },
  {
    name: 'names are compared whatever their case',
    refs: ['STS-4.1-1', 'DNS-4343-1'],
    world: together(plainDomain(), stsPolicy('enforce', ['MX.A.Example']), {
      dns: { 'MX a.example': ['10 Mx.A.eXample.'] },
    }),
    steps: [send(passes)],
  },
  {
    name: 'the first MX is not listed, the second is: the list is walked, not pruned',
    shows: ['STS-8.4-1', 'STS-5.1-2'],
    world: together(twoHosts({}), stsPolicy('enforce', ['mx2.a.example'])),
    steps: [
      send({
        ...passes,
        mx: 'mx2.a.example',
        notConnected: ['mx1.a.example'],
        reports: [{ policyType: 'sts', success: 1, failure: 1 }],
      }),
    ],
  },
  {
    name: 'an unlisted and a listed name of one address: the unlisted one does not use up the address',
    refs: ['STS-4.1-3', 'STS-8.4-1'],
    world: together(
      {
        dns: {
          'MX a.example': ['10 mx1.a.example', '20 mx2.a.example'],
          'A mx1.a.example': ['@mx2.a.example'],
          'A mx2.a.example': ['@mx2.a.example'],
        },
        mail: { 'mx2.a.example': {} },
      },
      stsPolicy('enforce', ['mx2.a.example']),
    ),
    steps: [send({ ...passes, mx: 'mx2.a.example' })],
  },
  {
    name: 'the MX is an alias: the name in the MX record counts, in the policy and in the certificate',
    refs: ['CHOICE-12'],
    shows: ['STS-4.1-3'],
    world: together(
      {
        dns: {
          'MX a.example': ['10 mx.a.example'],
          'CNAME mx.a.example': ['mx.provider.test'],
          'A mx.provider.test': ['@mx.provider.test'],
        },
        mail: { 'mx.provider.test': { certificate: { names: ['mx.a.example'] } } },
      },
      stsPolicy('enforce'),
    ),
    steps: [send({ ...passes, mx: 'mx.a.example' })],
  },
  {
    name: 'the MX is an alias and the policy lists its target alone: not even connected to',
    shows: ['STS-4.1-3'],
    world: together(
      {
        dns: {
          'MX a.example': ['10 mx.a.example'],
          'CNAME mx.a.example': ['mx.provider.test'],
          'A mx.provider.test': ['@mx.provider.test'],
        },
        mail: { 'mx.provider.test': { certificate: { names: ['mx.a.example', 'mx.provider.test'] } } },
      },
      stsPolicy('enforce', ['mx.provider.test']),
    ),
    steps: [send({ ...waits, notConnected: ['mx.provider.test'] })],
  },
  {
    name: 'the MX is an alias and the certificate is for its target: refused',
    refs: ['STS-4.1-3'],
    shows: ['STS-4.2-2', 'SID-6.1-2'],
    world: together(
      {
        dns: {
          'MX a.example': ['10 mx.a.example'],
          'CNAME mx.a.example': ['mx.provider.test'],
          'A mx.provider.test': ['@mx.provider.test'],
        },
        mail: { 'mx.provider.test': {} },
      },
      stsPolicy('enforce', ['mx.a.example', 'mx.provider.test']),
    ),
    steps: [send(waits)],
  },
];

/** Whether the host proves to be who the policy lists. */
const certificates: readonly Story[] = [
  {
    name: 'a self-signed certificate',
    shows: ['STS-4.2-1'],
    world: stsDomain('enforce', { certificate: SELF_SIGNED }),
    steps: [send({ ...waits, rows: ['PEER-7'] })],
  },
  {
    name: 'a certificate of a CA that nobody trusts',
    shows: ['STS-4.2-1'],
    world: stsDomain('enforce', { certificate: { issuer: 'private-ca' } }),
    steps: [send(waits)],
  },
  {
    name: 'an expired certificate',
    shows: ['STS-4.2-1'],
    world: stsDomain('enforce', { certificate: { validity: 'expired' } }),
    steps: [send(waits)],
  },
  {
    name: 'a certificate that is not valid yet',
    shows: ['STS-4.2-1'],
    world: stsDomain('enforce', { certificate: { validity: 'not-yet-valid' } }),
    steps: [send(waits)],
  },
  {
    name: 'a certificate of an intermediate CA, which is sent along',
    shows: ['STS-4.2-1'],
    world: stsDomain('enforce', { certificate: { issuer: 'intermediate' } }),
    steps: [send(passes)],
  },
  {
    name: 'a certificate of an intermediate CA, which is not sent along',
    shows: ['STS-4.2-1'],
    world: stsDomain('enforce', { certificate: { issuer: 'intermediate', sends: 'leaf-only' } }),
    steps: [send(waits)],
  },
  {
    name: 'a wildcard certificate',
    refs: ['SID-6.3-4'],
    shows: ['STS-4.2-2'],
    world: stsDomain('enforce', { certificate: { names: ['*.a.example'] } }),
    steps: [send(passes)],
  },
  {
    name: 'a common name alone is not enough',
    refs: ['SID-9525-1'],
    shows: ['STS-4.2-2'],
    world: stsDomain('enforce', { certificate: { names: [], commonName: 'mx.a.example' } }),
    steps: [send(waits)],
  },
  {
    name: 'a certificate for the recipient domain is not one for its MX',
    refs: ['CHOICE-12'],
    shows: ['STS-4.2-2'],
    world: stsDomain('enforce', { certificate: { names: ['a.example'] } }),
    steps: [send(waits)],
  },
  {
    name: 'a certificate for another host that the policy lists too',
    shows: ['STS-4.2-2'],
    world: together(
      plainDomain({ certificate: { names: ['mx2.a.example'] } }),
      stsPolicy('enforce', ['*.a.example']),
    ),
    steps: [send(waits)],
  },
];

/** TLS that cannot be had under an enforced policy. */
const enforcement: readonly Story[] = [
  {
    name: 'handshake broken: never in clear',
    shows: ['STS-5-1', 'X-7'],
    world: stsDomain('enforce', { starttls: 'broken' }),
    steps: [send({ ...waits, cleartextRetry: false })],
  },
  {
    name: 'STARTTLS refused for now',
    shows: ['STS-5-1', 'X-7'],
    world: stsDomain('enforce', { starttls: '454 4.7.0 TLS not available' }),
    steps: [send({ ...waits, cleartextRetry: false })],
  },
  {
    name: 'STARTTLS refused for good by the only host: waits, does not bounce',
    refs: ['STS-5-5'],
    shows: ['CHOICE-6'],
    world: stsDomain('enforce', { starttls: '502 5.5.1 not implemented' }),
    steps: [send({ ...waits, cleartextRetry: false })],
  },
  {
    name: 'STARTTLS refused for good by the first host: the second is tried',
    shows: ['STS-5.1-2', 'CHOICE-6'],
    world: together(
      twoHosts({ starttls: '502 5.5.1 not implemented' }),
      stsPolicy('enforce', ['*.a.example']),
    ),
    steps: [send({ ...passes, mx: 'mx2.a.example' })],
  },
  {
    name: 'EHLO refused, so no STARTTLS: the first host is left, the second is tried',
    refs: ['SMTP-2.2.1-1'],
    shows: ['STS-5.1-2'],
    world: together(
      twoHosts({ starttls: 'not-offered', replies: { ehlo: '502 5.5.1 not implemented' } }),
      stsPolicy('enforce', ['*.a.example']),
    ),
    steps: [send({ ...passes, mx: 'mx2.a.example' })],
  },
  {
    name: 'only TLS 1.0 and 1.1',
    refs: ['STS-7.2-1', 'TLS-8996-1'],
    world: stsDomain('enforce', { starttls: 'old' }),
    steps: [send({ ...waits, cleartextRetry: false })],
  },
  {
    name: 'no host is listed, none is good: waits',
    refs: ['STS-5-5'],
    shows: ['STS-5-1', 'CHOICE-6'],
    world: together(twoHosts({}, { certificate: OTHER_NAME }), stsPolicy('enforce', ['mx2.a.example'])),
    steps: [send({ ...waits, reports: [{ policyType: 'sts', success: 0, failure: 2 }] })],
  },
];

/** Policies that demand nothing. */
const lenience: readonly Story[] = [
  {
    name: 'testing, no STARTTLS: delivered in clear and reported',
    shows: ['STS-5-2', 'STS-6-3'],
    world: stsDomain('testing', { starttls: 'not-offered' }),
    steps: [
      send({
        ...inClear,
        reports: [{ policyType: 'sts', failure: 1, details: [{ resultType: 'starttls-not-supported' }] }],
      }),
    ],
  },
  {
    name: 'testing, handshake broken: delivered in clear and reported',
    shows: ['STS-5-2', 'STS-6-3'],
    world: stsDomain('testing', { starttls: 'broken' }),
    steps: [
      send({
        ...inClear,
        cleartextRetry: true,
        reports: [{ policyType: 'sts', failure: 1, details: [{ resultType: 'validation-failure' }] }],
      }),
    ],
  },
  {
    name: 'testing, MX not listed: delivered and reported',
    refs: ['STS-4.1-1'],
    shows: ['STS-5-2'],
    world: together(plainDomain(), stsPolicy('testing', ['elsewhere.example'])),
    steps: [
      send({
        ...encrypted,
        reports: [{ policyType: 'sts', failure: 1, details: [{ failureReasonCode: 'sts-mx-mismatch' }] }],
      }),
    ],
  },
  {
    name: 'testing and all well: a success, and nobody was asked to authenticate',
    shows: ['STS-5-2', 'CHOICE-13'],
    world: stsDomain('testing'),
    steps: [send({ ...encrypted, reports: [{ policyType: 'sts', success: 1, failure: 0 }] })],
  },
  {
    name: 'testing does not rescue a DANE mismatch',
    shows: ['STS-2-1'],
    world: together(daneDomain([`3 1 1 ${NO_SHA256}`]), stsPolicy('testing')),
    steps: [send(waits)],
  },
  {
    name: 'mode none: as if there were no policy',
    refs: ['RPT-4-4'],
    shows: ['STS-5-3'],
    world: together(plainDomain({ starttls: 'not-offered' }), stsPolicy('none', ['elsewhere.example'])),
    steps: [send({ ...inClear, reports: [{ policyType: 'no-policy-found', failure: 1 }] })],
  },
  {
    name: 'mode none needs no hosts, and takes back an enforced policy at once',
    refs: ['STS-8.3-2'],
    shows: ['STS-8.3-1', 'STS-3.2-10'],
    world: stsDomain('enforce'),
    steps: [
      send(passes),
      {
        change: {
          dns: announced('2').dns,
          policy: { 'mta-sts.a.example': { body: policyText('none', []) } },
          mail: { 'mx.a.example': { starttls: 'not-offered' } },
        },
        ...send({ ...inClear, rows: ['STS-20', 'STSD-1'] }),
      },
    ],
  },
];

/** Whether the TXT record announces a policy. In each world an enforced policy is served, and the host has no STARTTLS. */
const unencrypted = stsDomain('enforce', { starttls: 'not-offered' });
const records: readonly Story[] = [
  {
    name: 'no TXT record: no policy is looked for',
    shows: ['STS-3.1-3'],
    world: together(unencrypted, { dns: { 'TXT _mta-sts.a.example': [] } }),
    steps: [send({ ...inClear, rows: ['STS-7'] })],
  },
  {
    name: 'two TXT records: no policy',
    shows: ['STS-3.1-3'],
    world: together(unencrypted, { dns: { 'TXT _mta-sts.a.example': ['v=STSv1; id=1;', 'v=STSv1; id=2;'] } }),
    steps: [send({ ...inClear, rows: ['STS-7'] })],
  },
  {
    name: 'two TXT records, one of them malformed: still two',
    shows: ['STS-3.1-3'],
    world: together(unencrypted, { dns: { 'TXT _mta-sts.a.example': ['v=STSv1; id=1;', 'v=STSv1; id=?;'] } }),
    steps: [send({ ...inClear, rows: ['STS-7'] })],
  },
  {
    name: 'other TXT records do not count, nor do those of later versions',
    refs: ['STS-3.1-2'],
    world: together(unencrypted, {
      dns: { 'TXT _mta-sts.a.example': ['v=spf1 -all', 'v=STSv1; id=1;', 'v=STSv10; id=9;'] },
    }),
    steps: [send({ ...waits, rows: ['STS-5'] })],
  },
  {
    name: 'a space before the first semicolon of a lone record, as its grammar has it',
    refs: ['STS-3.1-14', 'CHOICE-19'],
    world: together(unencrypted, { dns: { 'TXT _mta-sts.a.example': ['v=STSv1 ; id=1;'] } }),
    steps: [send(waits)],
  },
  {
    name: 'a space before the first semicolon, beside another record: announces nothing',
    refs: ['STS-3.1-14', 'STS-3.1-2'],
    world: together(unencrypted, { dns: { 'TXT _mta-sts.a.example': ['v=STSv1 ; id=1;', 'v=spf1 -all'] } }),
    steps: [send(inClear)],
  },
  {
    name: 'the version in other case: announces nothing',
    shows: ['STS-3.1-2'],
    world: together(unencrypted, { dns: { 'TXT _mta-sts.a.example': ['v=stsv1; id=1;'] } }),
    steps: [send(inClear)],
  },
  {
    name: 'no id: announces nothing',
    refs: ['STS-3.1-7'],
    shows: ['STS-3.1-4'],
    world: together(unencrypted, { dns: { 'TXT _mta-sts.a.example': ['v=STSv1;'] } }),
    steps: [send(inClear)],
  },
  {
    name: 'unknown fields and odd blanks are no obstacle',
    shows: ['STS-3.1-11', 'STS-3.1-12'],
    world: together(unencrypted, { dns: { 'TXT _mta-sts.a.example': ['v=STSv1;next=2 ;\tid=1'] } }),
    steps: [send(waits)],
  },
  {
    name: 'the record is found by an alias',
    refs: ['STS-3.1-9'],
    world: together(plainDomain({ starttls: 'not-offered' }), {
      dns: {
        'CNAME _mta-sts.a.example': ['_mta-sts.provider.test'],
        'TXT _mta-sts.provider.test': ['v=STSv1; id=1;'],
        'A mta-sts.a.example': ['@mta-sts.a.example'],
      },
      policy: { 'mta-sts.a.example': { body: policyText('enforce') } },
    }),
    steps: [send(waits)],
  },
  {
    name: "a parent domain's policy is not for its children",
    shows: ['STS-3.4-2'],
    world: together(unencrypted, {
      dns: { 'MX sub.a.example': ['10 mx.a.example'] },
    }),
    steps: [send(inClear, { to: ['user@sub.a.example'] })],
  },
  {
    name: 'the recipient domain is an alias: the policy is the one of the name in the address',
    refs: ['STS-3.4-4'],
    world: together(unencrypted, {
      dns: { 'CNAME b.example': ['a.example'] },
    }),
    steps: [send(inClear, { to: ['user@b.example'] })],
  },
  {
    name: 'a forged alias of the recipient domain does not lead around its policy',
    refs: ['STS-3.4-4', 'STS-4.1-3'],
    world: together(
      {
        dns: {
          'CNAME a.example': ['evil.test'],
          'MX evil.test': ['10 mx.evil.test'],
          'A mx.evil.test': ['@mx.evil.test'],
        },
        mail: { 'mx.evil.test': {} },
      },
      stsPolicy('enforce'),
    ),
    steps: [send({ ...waits, notConnected: ['mx.evil.test'] })],
  },
  {
    name: 'the TXT lookup fails and nothing is cached: the mail waits',
    refs: ['CHOICE-14'],
    shows: ['X-19', 'CHOICE-5'],
    world: together(plainDomain(), { dns: { 'TXT _mta-sts.a.example': { fails: 'servfail' } } }),
    steps: [send({ outcome: 'deferred', status: '4.4.3', notConnected: ['mx.a.example'], rows: ['STS-8'] })],
  },
  {
    name: 'the TXT lookup fails and nothing is cached: the operator may prefer to proceed',
    shows: ['X-19', 'CHOICE-5'],
    world: together(plainDomain(), { dns: { 'TXT _mta-sts.a.example': { fails: 'servfail' } } }),
    settings: { stsLookupFailure: 'proceed' },
    steps: [send({ ...encrypted, rows: ['STS-9'] })],
  },
];

/** A file that holds a policy after all, for a host that meets it. */
function readable(name: string, shows: NonNullable<Story['shows']>, body: string): Story {
  return {
    name: `a policy file with ${name}`,
    shows,
    world: together(plainDomain(), policyFile(body)),
    steps: [send(passes)],
  };
}

/** A file that holds no policy: mail goes on without one, and its owner hears of it. */
function unreadable(name: string, shows: NonNullable<Story['shows']>, body: string): Story {
  return {
    name: `a policy file with ${name}: no policy`,
    shows,
    world: together(plainDomain({ certificate: SELF_SIGNED }), policyFile(body)),
    steps: [
      send({
        ...encrypted,
        rows: ['STS-22'],
        reports: [{ details: [{ resultType: 'sts-policy-invalid' }] }],
      }),
    ],
  };
}

const files: readonly Story[] = [
  readable(
    'both line ends, blank lines and a byte order mark',
    ['STS-3.2-4'],
    '\uFEFFversion: STSv1\r\nmode: enforce\n\r\nmx: mx.a.example\r\nmax_age: 604800\n \n',
  ),
  readable(
    'no last line end, odd order and trailing blanks',
    ['STS-3.2-16', 'STS-3.2-4'],
    'mx:mx.a.example \nmax_age: 604800\nmode:\tenforce\t\nversion:STSv1',
  ),
  readable(
    'unknown keys',
    ['STS-3.2-14'],
    `${policyText('enforce')}comment: fragen an die Poststelle, Tür 3\nurl: https://a.example/\n`,
  ),
  readable('a second mode, which does not count', ['STS-3.2-15'], `${policyText('enforce')}mode: none\n`),
  readable(
    'a max_age beyond the maximum',
    ['STS-3.2-8'],
    policyText('enforce', ['mx.a.example'], 9_999_999_999),
  ),
  readable(
    'an address and digits among its hosts, which list nobody',
    ['STS-3.2-11', 'CHOICE-19'],
    policyText('enforce', ['192.0.2.56', 'mx.123', 'mx.a.example']),
  ),
  readable(
    'a host with a remark, which is passed over',
    ['STS-3.2-11', 'CHOICE-19'],
    policyText('enforce', ['mx2.a.example # soon', 'mx.a.example']),
  ),
  readable(
    'a hundred hosts and one',
    ['STS-3.2-11', 'CHOICE-19'],
    policyText('enforce', [...Array.from({ length: 100 }, (_, at) => `mx${at}.a.example`), 'mx.a.example']),
  ),
  readable(
    'more than a thousand lines',
    ['STS-3.2-14', 'CHOICE-19'],
    `${policyText('enforce')}${Array.from({ length: 1000 }, (_, at) => `note-${at}: x\n`).join('')}`,
  ),
  readable('a line of prose', ['STS-3.2-16', 'CHOICE-19'], `This is our policy\n${policyText('enforce')}`),
  unreadable('no version', ['STS-3.2-5'], 'mode: enforce\nmx: mx.a.example\nmax_age: 604800\n'),
  unreadable('a later version', ['STS-3.2-5'], policyText('enforce').replace('STSv1', 'STSv2')),
  unreadable('no mode', ['STS-3.2-6'], 'version: STSv1\nmx: mx.a.example\nmax_age: 604800\n'),
  unreadable('a mode in capitals', ['STS-3.2-6'], policyText('enforce').replace('enforce', 'Enforce')),
  unreadable('no max_age', ['STS-3.2-7'], 'version: STSv1\nmode: enforce\nmx: mx.a.example\n'),
  unreadable('a hexadecimal max_age', ['STS-3.2-7'], policyText('enforce').replace('604800', '0x10')),
  unreadable('an enforced policy without hosts', ['STS-3.2-10'], policyText('enforce', [])),
  unreadable('a host with a final dot', ['STS-3.2-11'], policyText('enforce', ['mx.a.example.'])),
  unreadable('a pattern inside a name', ['STS-3.2-11'], policyText('enforce', ['mx*.a.example'])),
  unreadable('a host in U-labels', ['STS-3.2-12'], policyText('enforce', ['mx.ä.example'])),
  unreadable('two hosts on a line', ['STS-3.2-13'], policyText('enforce', ['mx1.a.example, mx2.a.example'])),
  unreadable('a space before the colon', ['STS-3.2-16'], policyText('enforce').replace('mode:', 'mode :')),
  unreadable('nothing in it', ['STS-3.2-5'], ''),
];

/** A policy host that serves no policy, though the file is there: mail goes on without one, and its owner hears of it. */
function unfetchable(
  name: string,
  shows: NonNullable<Story['shows']>,
  host: PolicyHost,
  resultType: TlsReportResultType = 'sts-policy-fetch-error',
): Story {
  return {
    name: `the policy host ${name}: no policy`,
    shows,
    world: together(plainDomain({ certificate: SELF_SIGNED }), policyFile(policyText('enforce'), host)),
    steps: [send({ ...encrypted, rows: ['STS-22'], reports: [{ details: [{ resultType }] }] })],
  };
}

const fetches: readonly Story[] = [
  unfetchable('says 404', ['STS-3.3-5', 'STS-3.3-11', 'STS-6-1'], { status: 404 }),
  unfetchable('says 203', ['STS-3.3-5'], { status: 203 }),
  unfetchable('says 500', ['STS-3.3-5', 'CHOICE-5'], { status: 500 }),
  unfetchable('redirects', ['STS-3.3-6'], {
    status: 301,
    location: 'https://mta-sts.a.example/.well-known/mta-sts.txt',
  }),
  unfetchable('serves HTML', ['STS-3.2-2'], { mediaType: 'text/html' }),
  unfetchable('sends more than 64 KiB', ['STS-3.3-10'], { bodyOctets: 70_000 }),
  unfetchable('is down', ['STS-3.3-11', 'RPT-4.3.2.2-1'], { connect: 'refuse' }),
  unfetchable('never answers', ['STS-3.3-9'], { connect: 'silent' }),
  unfetchable(
    'has a self-signed certificate',
    ['STS-3.3-1'],
    { certificate: SELF_SIGNED },
    'sts-webpki-invalid',
  ),
  unfetchable(
    'has an expired certificate',
    ['STS-3.3-1', 'STS-3.3-17'],
    { certificate: { validity: 'expired' } },
    'sts-webpki-invalid',
  ),
  unfetchable(
    'has a certificate for another name',
    ['STS-3.3-1', 'STS-8.2-1'],
    { certificate: { names: ['sts.provider.test'] } },
    'sts-webpki-invalid',
  ),
  unfetchable(
    'has its name as a common name only',
    ['STS-3.3-2'],
    { certificate: { names: [], commonName: 'mta-sts.a.example' } },
    'sts-webpki-invalid',
  ),
  {
    name: 'the policy host has a wildcard certificate and parameters in its media type: a policy',
    refs: ['STS-3.3-3', 'STS-3.2-3'],
    world: together(
      plainDomain(),
      policyFile(policyText('enforce'), {
        mediaType: 'Text/Plain; charset=utf-8; format=flowed',
        certificate: { names: ['*.a.example'] },
      }),
    ),
    steps: [send(passes)],
  },
  {
    name: "the policy host is an alias of a provider's, with a certificate for its own name: a policy",
    refs: ['STS-8.2-1', 'STS-3.3-1'],
    world: together(plainDomain(), announced(), {
      dns: {
        'CNAME mta-sts.a.example': ['sts.provider.test'],
        'A sts.provider.test': ['@sts.provider.test'],
      },
      policy: {
        'sts.provider.test': { body: policyText('enforce'), certificate: { names: ['mta-sts.a.example'] } },
      },
    }),
    steps: [send(passes)],
  },
  {
    name: 'the policy host does not exist: no policy',
    refs: ['STS-6-1'],
    shows: ['STS-3.3-11'],
    world: together(plainDomain({ certificate: SELF_SIGNED }), announced()),
    steps: [send({ ...encrypted, reports: [{ details: [{ resultType: 'sts-policy-fetch-error' }] }] })],
  },
];

/** What is kept, and what ends it. The host turns bad in the second step, so that a policy in force shows. */
const turnsBad = { 'mx.a.example': { certificate: SELF_SIGNED } } as const;
const cache: readonly Story[] = [
  {
    name: 'cached, then the TXT lookup fails: still enforced',
    shows: ['STS-3.3-12', 'CHOICE-5'],
    world: stsDomain('enforce'),
    steps: [
      send(passes),
      {
        change: { dns: { 'TXT _mta-sts.a.example': { fails: 'servfail' } }, mail: turnsBad },
        ...send({ ...waits, rows: ['STS-4'] }),
      },
    ],
  },
  {
    name: 'cached, then the TXT record is gone: still enforced',
    shows: ['STS-3.1-5', 'STS-3.3-12'],
    world: stsDomain('enforce'),
    steps: [
      send(passes),
      {
        change: { dns: { 'TXT _mta-sts.a.example': null }, mail: turnsBad },
        ...send({ ...waits, rows: ['STS-4'] }),
      },
    ],
  },
  {
    name: 'cached, then there are two TXT records: still enforced',
    shows: ['STS-3.1-5'],
    world: stsDomain('enforce'),
    steps: [
      send(passes),
      {
        change: { dns: { 'TXT _mta-sts.a.example': ['v=STSv1; id=1;', 'v=STSv1; id=2;'] }, mail: turnsBad },
        ...send({ ...waits, rows: ['STS-4'] }),
      },
    ],
  },
  {
    name: 'cached, same id: the policy host is not needed',
    shows: ['STS-3-1'],
    world: stsDomain('enforce'),
    steps: [
      send(passes),
      {
        change: { policy: { 'mta-sts.a.example': { status: 500 } } },
        ...send({ ...passes, rows: ['STS-1'] }),
      },
    ],
  },
  {
    name: 'cached, then a new id and a fetch that fails: the old policy stands, and its owner hears of it',
    shows: ['STS-3.3-12', 'CHOICE-5', 'STS-6-2'],
    world: stsDomain('enforce'),
    steps: [
      send(passes),
      {
        change: {
          dns: announced('2').dns,
          policy: { 'mta-sts.a.example': { status: 500 } },
          mail: turnsBad,
        },
        ...send({
          ...waits,
          rows: ['STS-2', 'STS-21'],
          reports: [{ policyType: 'sts', details: [{ resultType: 'sts-policy-fetch-error' }] }],
        }),
      },
    ],
  },
  {
    name: 'cached, then a new id and a file that is no policy: the old policy stands',
    refs: ['STS-6-2'],
    shows: ['STS-3.3-12'],
    world: stsDomain('enforce'),
    steps: [
      send(passes),
      {
        change: {
          dns: announced('2').dns,
          policy: { 'mta-sts.a.example': { body: 'gone fishing\n' } },
          mail: turnsBad,
        },
        ...send({ ...waits, rows: ['STS-2', 'STS-21'] }),
      },
    ],
  },
  {
    name: 'cached, then an id that looks older: the new policy counts',
    shows: ['STS-3.1-10', 'STS-5.1-1'],
    world: together(stsDomain('enforce'), announced('20240101')),
    steps: [
      send(passes),
      {
        change: {
          dns: {
            ...announced('20230101').dns,
            'MX a.example': ['10 new.a.example'],
            'A new.a.example': ['@new.a.example'],
          },
          mail: { 'mx.a.example': null, 'new.a.example': {} },
          policy: { 'mta-sts.a.example': { body: policyText('enforce', ['new.a.example']) } },
        },
        ...send({ ...passes, mx: 'new.a.example', rows: ['STS-2', 'STS-20'] }),
      },
    ],
  },
  {
    name: 'max_age 0: in force for the attempt that fetched it',
    refs: ['STS-3.2-18'],
    world: together(
      plainDomain({ certificate: SELF_SIGNED }),
      policyFile(policyText('enforce', ['mx.a.example'], 0)),
    ),
    steps: [send(waits)],
  },
  {
    name: 'max_age 0: not in force for the next one',
    refs: ['STS-3.2-18'],
    shows: ['STS-3.2-9'],
    world: together(plainDomain(), policyFile(policyText('enforce', ['mx.a.example'], 0))),
    steps: [
      send(passes),
      {
        change: { dns: { 'TXT _mta-sts.a.example': null }, mail: turnsBad },
        ...send({ ...encrypted, rows: ['STS-7'] }),
      },
    ],
  },
  {
    name: 'max_age has passed and nothing renewed the policy: no policy',
    shows: ['STS-3.2-9', 'STS-5.1-1'],
    world: together(plainDomain(), policyFile(policyText('enforce', ['mx.a.example'], 3600))),
    steps: [
      send(passes),
      {
        change: { dns: { 'TXT _mta-sts.a.example': null }, mail: turnsBad },
        after: 3_600_000,
        ...send({ ...encrypted, rows: ['STS-7'] }),
      },
    ],
  },
  {
    name: 'a fetch that failed is not repeated for the same id within five minutes, but for another id it is',
    refs: ['STS-3.3-15'],
    shows: ['STS-3.3-8', 'CHOICE-5'],
    world: together(plainDomain({ certificate: SELF_SIGNED }), policyFile('', { status: 500 })),
    steps: [
      send({ ...encrypted, rows: ['STS-5', 'STS-22'] }),
      {
        change: { policy: { 'mta-sts.a.example': { body: policyText('enforce') } } },
        ...send({ ...encrypted, rows: ['STS-6'] }),
      },
      { change: { dns: announced('2').dns }, ...send({ ...waits, rows: ['STS-5', 'STS-20'] }) },
    ],
  },
  {
    name: 'a fetch that failed is repeated after five minutes',
    refs: ['STS-3.3-8'],
    world: together(plainDomain({ certificate: SELF_SIGNED }), policyFile('', { status: 500 })),
    steps: [
      send(encrypted),
      {
        change: { policy: { 'mta-sts.a.example': { body: policyText('enforce') } } },
        after: 300_000,
        ...send({ ...waits, rows: ['STS-5', 'STS-20'] }),
      },
    ],
  },
];

/** Beside DANE. */
const besideDane: readonly Story[] = [
  {
    name: 'a valid policy does not lead around a TLSA lookup that failed',
    shows: ['X-3', 'STS-2-1', 'CHOICE-3'],
    world: together(stsDomain('enforce'), SIGNED, { dns: { 'TLSA mx.a.example': { fails: 'servfail' } } }),
    steps: [send({ ...waits, notConnected: ['mx.a.example'] })],
  },
  {
    name: 'DANE and PKIX both pass: both are named',
    refs: ['CHOICE-13'],
    shows: ['X-1', 'CHOICE-1'],
    world: together(daneDomain(['3 1 1 @mx.a.example']), stsPolicy('enforce')),
    steps: [
      send({
        ...passes,
        authentication: 'dane+pkix',
        reports: [
          { policyType: 'tlsa', success: 1, failure: 0 },
          { policyType: 'sts', success: 1, failure: 0 },
        ],
      }),
    ],
  },
  {
    name: 'an aliased MX: DANE by the expanded name, PKIX by the name in the MX record',
    refs: ['CHOICE-12'],
    shows: ['DANE-2.2.2-6'],
    world: together(
      {
        dns: {
          'MX a.example': ['10 mx.a.example'],
          'CNAME mx.a.example': ['mx.provider.test'],
          'A mx.provider.test': ['@mx.provider.test'],
        },
        mail: { 'mx.provider.test': { certificate: { names: ['mx.a.example'] } } },
      },
      SIGNED,
      tlsa(['3 1 1 @mx.provider.test'], 'mx.provider.test'),
      stsPolicy('enforce'),
    ),
    steps: [send({ ...passes, authentication: 'dane+pkix' })],
  },
  {
    name: 'skip-pkix: DANE stands in for the certificate of the policy',
    shows: ['CHOICE-1', 'X-1'],
    world: together(daneDomain(['3 1 1 @mx.a.example'], { certificate: SELF_SIGNED }), stsPolicy('enforce')),
    settings: { whenDanePasses: 'skip-pkix' },
    steps: [send({ ...passes, authentication: 'dane' })],
  },
  {
    name: 'skip-pkix: DANE does not stand in for the list of hosts',
    refs: ['CHOICE-1'],
    shows: ['STS-4.1-1'],
    world: together(daneDomain(['3 1 1 @mx.a.example']), stsPolicy('enforce', ['elsewhere.example'])),
    settings: { whenDanePasses: 'skip-pkix' },
    steps: [send({ ...waits, notConnected: ['mx.a.example'] })],
  },
];

/** A kept policy, and answers that leave nobody to deliver to: anybody could have forged those that nobody signed. */
const keptOnce: World = together(plainDomain(), policyFile(policyText('enforce')));
const denied = (
  name: string,
  change: NonNullable<Story['steps'][number]['change']>,
  ...rows: readonly [string, ...string[]]
): Story => ({
  name: `a kept enforced policy and ${name}: it waits, and goes out when the answers are right again`,
  shows: ['CHOICE-22'],
  world: keptOnce,
  steps: [
    send(passes),
    { after: 3_600_000, change, ...send({ outcome: 'deferred', status: '4.4.3', rows }) },
    { after: 3_600_000, change: { dns: keptOnce.dns }, ...send(passes) },
  ],
});
const NO_DOMAIN = { 'MX a.example': { denial: 'nxdomain' } } as const;
const NO_ADDRESS = { 'A mx.a.example': { denial: 'nxdomain' } } as const;
const signed = (set: object) => ({ ...set, security: 'secure' }) as const;

const denials: readonly Story[] = [
  denied('an unsigned denial of the domain', { dns: NO_DOMAIN }, 'MX-5', 'DENY-3', 'DENY-4'),
  denied('an unsigned null MX', { dns: { 'MX a.example': ['0 .'] } }, 'MX-2', 'DENY-3', 'DENY-4'),
  denied('MX records that name no host', { dns: { 'MX a.example': ['10 192.0.2.1'] } }, 'MX-3', 'DENY-4'),
  denied('an unsigned denial of its host', { dns: NO_ADDRESS }, 'HADR-6', 'END-8'),
  denied(
    'an unsigned denial of MX records, where the domain has no address',
    { dns: { 'MX a.example': { denial: 'nodata' }, 'A a.example': { denial: 'nodata' } } },
    'MX-4',
    'HADR-6',
  ),
  denied(
    'an unsigned denial of the domain and of all of its names',
    {
      dns: {
        ...NO_DOMAIN,
        'TXT _mta-sts.a.example': { denial: 'nxdomain' },
        'A mta-sts.a.example': { denial: 'nxdomain' },
      },
    },
    'STS-4',
    'DENY-4',
  ),
  {
    name: 'a kept enforced policy and a signed denial of the domain: bounced',
    shows: ['CHOICE-22'],
    world: keptOnce,
    steps: [
      send(passes),
      {
        after: 3_600_000,
        change: { dns: { 'MX a.example': signed(NO_DOMAIN['MX a.example']) } },
        ...send({ outcome: 'bounced', status: '5.4.4', rows: ['MX-5', 'DENY-1'] }),
      },
    ],
  },
  {
    name: 'a kept enforced policy and signed denials of its hosts: bounced',
    shows: ['CHOICE-22'],
    world: together(keptOnce, SIGNED),
    steps: [
      send(passes),
      {
        after: 3_600_000,
        change: { dns: NO_ADDRESS },
        ...send({ outcome: 'bounced', status: '5.4.4', rows: ['HADR-4', 'END-1'] }),
      },
    ],
  },
  {
    name: 'a kept enforced policy that was taken back, and an unsigned null MX: bounced',
    shows: ['CHOICE-22'],
    world: keptOnce,
    steps: [
      send(passes),
      {
        after: 3_600_000,
        change: {
          dns: { 'MX a.example': ['0 .'], 'TXT _mta-sts.a.example': ['v=STSv1; id=2;'] },
          policy: { 'mta-sts.a.example': { body: policyText('none', []) } },
        },
        ...send({ outcome: 'bounced', status: '5.1.10', rows: ['DENY-3', 'STS-20', 'DENY-2'] }),
      },
    ],
  },
  {
    name: 'a kept policy that has expired, and an unsigned denial of the domain: bounced',
    shows: ['CHOICE-22'],
    world: together(plainDomain(), policyFile(policyText('enforce', ['mx.a.example'], 3600))),
    steps: [
      send(passes),
      {
        after: 7_200_000,
        change: { dns: NO_DOMAIN },
        ...send({ outcome: 'bounced', rows: ['MX-5', 'DENY-2'] }),
      },
    ],
  },
  {
    name: 'a kept policy under test, and an unsigned denial of the domain: bounced',
    refs: ['STS-5-2'],
    shows: ['CHOICE-22'],
    world: stsDomain('testing'),
    steps: [
      send({ outcome: 'delivered' }),
      {
        after: 3_600_000,
        change: { dns: NO_DOMAIN },
        ...send({ outcome: 'bounced', rows: ['MX-5', 'DENY-2'] }),
      },
    ],
  },
];

export const mtaSts: readonly Scenario[] = [
  ...listing,
  ...certificates,
  ...enforcement,
  ...lenience,
  ...records,
  ...files,
  ...fetches,
  ...cache,
  ...besideDane,
  ...denials,
];
