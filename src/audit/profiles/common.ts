/* Rows that several mail systems have in common. */
import type { OtherRow, Unknown } from './profile.js';

/** No MTA-STS: no policy is looked for, so that none can stop a message. */
export function withoutSts(id: string, source: string): readonly OtherRow[] {
  const why = 'There is no MTA-STS here, so that no policy demands anything.';
  return [
    {
      id: `${id}-1`,
      table: 'sts-demand',
      when: { policy: ['testing', 'enforce'] },
      then: 'no-demand',
      why,
      source,
    },
    {
      ...{ id: `${id}-2`, table: 'policy-cache', then: 'proceed-unknown', why, source },
      when: { fetched: 'not-asked', cached: 'unreadable', record: ['absent', 'invalid', 'failed'] },
    },
    {
      ...{ id: `${id}-3`, table: 'policy-cache', then: 'proceed-unknown', why, source },
      when: { fetched: 'failed', cached: 'unreadable' },
    },
  ];
}

/** Neither REQUIRETLS nor TLS-Required. */
export function withoutRequireTls(id: string, source: string): readonly OtherRow[] {
  return [
    {
      ...{ id: `${id}-4`, table: 'message-kind', when: { requireTls: 'yes' }, then: 'ordinary', source },
      why: 'REQUIRETLS is not known here, so that the message goes like all others.',
    },
  ];
}

export function withoutTlsRequired(id: string, source: string): readonly OtherRow[] {
  return [
    {
      ...{ id: `${id}-5`, table: 'message-kind', when: { requireTls: 'no' }, then: 'ordinary', source },
      why: 'The header field TLS-Required is not known here.',
    },
  ];
}

/** The name given, and no other one. */
export function givenNameOnly(id: string, source: string): readonly OtherRow[] {
  return [
    {
      ...{
        id: `${id}-6`,
        table: 'tlsa-base',
        when: { alias: 'alias', addresses: 'secure' },
        then: 'original',
        source,
      },
      why: 'Of a host that is an alias only the name that was given is looked at.',
    },
  ];
}

/** The insecure end of a secure alias. */
export function insecureAliasEnds(id: string, source: string): readonly OtherRow[] {
  return [
    {
      ...{ id: `${id}-7`, table: 'tlsa-base', then: 'no-dane', source },
      when: { alias: 'alias', addresses: 'insecure', firstAlias: 'not-asked' },
      why: 'An address that is not validated means no DANE, whatever the alias itself is.',
    },
  ];
}

/** A refusal for good is one, at the first attempt, too. */
export function noOtherFamily(id: string, source: string): readonly OtherRow[] {
  return [
    {
      ...{ id: `${id}-8`, table: 'reply-meaning', then: 'bounce', source },
      when: { stage: ['mail', 'rcpt', 'data', 'end'], reply: '5yz', leniency: 'other-family' },
      why: 'A refusal for good is taken at its word, also at the first attempt.',
    },
  ];
}

const NOT_STUDIED = 'not studied';

/** What only we do, and what was studied of nobody else. */
export const NOT_KNOWN: readonly Unknown[] = [
  {
    because: ['DENY-3', 'DENY-4', 'HADR-6'],
    why: 'What it makes of a denial of MX records or addresses while an enforced policy is kept is not known.',
    source: NOT_STUDIED,
  },
  {
    because: ['TOUT-5'],
    why: 'What it makes of octets behind the STARTTLS reply is not known.',
    source: NOT_STUDIED,
  },
  {
    because: ['REPLY-11'],
    why: 'What it makes of replies that do not fit the commands is not known.',
    source: NOT_STUDIED,
  },
  {
    because: ['STOP-1', 'STOP-2', 'STOP-3', 'NEXT-4', 'NEXT-5', 'STS-11', 'STS-23'],
    why: 'The attempt was ended by our own side, and what another system would have met there is not known.',
    source: NOT_STUDIED,
  },
  {
    because: ['FIT-2', 'FIT-3', 'FIT-5'],
    why: 'What it does with a message that the server says it cannot take is not known.',
    source: NOT_STUDIED,
  },
  {
    because: ['MX-3', 'END-9'],
    why: 'What it does where no host is named, or none has an address that may be used, is not known.',
    source: NOT_STUDIED,
  },
];

export const NO_ADDRESS: Unknown = {
  because: ['HADR-4', 'HADR-5'],
  why: 'What it does where no host has an address is not known.',
  source: NOT_STUDIED,
};
