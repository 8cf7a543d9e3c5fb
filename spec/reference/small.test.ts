import { expect, it } from 'vitest';
import {
  aboutTheConnection,
  afterConnection,
  afterFirstEhlo,
  afterHost,
  discoveryCounts,
  firstHop,
  fits,
  keywordOnMail,
  looksForDane,
  lookupCounts,
  mayConnectTo,
  overridden,
  rest,
  resultType,
  sessionCounts,
  sniName,
  tlsaBases,
} from './small.js';

it('addresses', () => {
  expect(mayConnectTo('public', 'refuse', 'of-strangers')).toBe(true);
  expect(mayConnectTo('private', 'refuse', 'of-strangers')).toBe(false);
  expect(mayConnectTo('private', 'refuse', 'of-operator')).toBe(true);
  expect(mayConnectTo('loopback', 'allow', 'of-strangers')).toBe(true);
  expect(mayConnectTo('unusable', 'allow', 'of-operator')).toBe(false);
});

it('where the way begins', () => {
  expect(firstHop({ destination: 'domain', relay: false, transport: 'direct' })).toBe('mx');
  expect(firstHop({ destination: 'domain', relay: true, transport: 'direct' })).toBe('relay');
  expect(firstHop({ destination: 'literal', relay: false, transport: 'direct' })).toBe('literal');
  expect(firstHop({ destination: 'literal', relay: true, transport: 'direct' })).toBe('relay');
});

it('where TLSA records are looked for', () => {
  expect(tlsaBases({ alias: false, addresses: 'secure', firstAlias: 'not-asked' })).toBe('original');
  expect(tlsaBases({ alias: false, addresses: 'insecure', firstAlias: 'secure' })).toBe('none');
  expect(tlsaBases({ alias: true, addresses: 'secure', firstAlias: 'failed' })).toBe(
    'expanded-then-original',
  );
  expect(tlsaBases({ alias: true, addresses: 'insecure', firstAlias: 'not-asked' })).toBe('ask-first-alias');
  expect(tlsaBases({ alias: true, addresses: 'insecure', firstAlias: 'secure' })).toBe('original');
  expect(tlsaBases({ alias: true, addresses: 'insecure', firstAlias: 'insecure' })).toBe('none');
  expect(tlsaBases({ alias: true, addresses: 'insecure', firstAlias: 'failed' })).toBe('unreachable');
  expect(looksForDane({ target: 'literal', mx: 'secure', halfDane: 'use' })).toBe(false);
  expect(looksForDane({ target: 'name', mx: 'secure', halfDane: 'ignore' })).toBe(true);
  expect(looksForDane({ target: 'name', mx: 'insecure', halfDane: 'ignore' })).toBe(false);
  expect(sniName({ target: 'name', daneApplies: true })).toBe('tlsa-base');
  expect(sniName({ target: 'name', daneApplies: false })).toBe('mx-name');
  expect(sniName({ target: 'literal', daneApplies: false })).toBe('none');
});

it('what comes after a connection, a greeting, a host', () => {
  expect(afterConnection({ outcome: 'failed', channel: 'first', moreAddresses: true })).toBe('next-address');
  expect(afterConnection({ outcome: 'failed', channel: 'first', moreAddresses: false })).toBe('next-host');
  expect(afterConnection({ outcome: 'lost', channel: 'first', moreAddresses: true })).toBe('next-address');
  expect(afterConnection({ outcome: 'failed', channel: 'cleartext-retry', moreAddresses: true })).toBe(
    'next-host',
  );
  expect(afterFirstEhlo('5yz')).toBe('say-helo');
  expect(afterFirstEhlo('4yz')).toBe('next-host');
  expect(afterHost({ fault: true, stopped: true, recipientsLeft: true, candidatesLeft: true })).toBe(
    'defer-for-fault',
  );
  expect(afterHost({ fault: false, stopped: true, recipientsLeft: true, candidatesLeft: true })).toBe(
    'defer-for-stop',
  );
  expect(afterHost({ fault: false, stopped: false, recipientsLeft: true, candidatesLeft: true })).toBe(
    'try-next',
  );
  expect(afterHost({ fault: false, stopped: false, recipientsLeft: false, candidatesLeft: true })).toBe(
    'conclude',
  );
});

it('what is left behind a transaction', () => {
  expect(aboutTheConnection({ carriedMail: true, mail: 'closed' })).toBe(true);
  expect(aboutTheConnection({ carriedMail: true, mail: 'not-now' })).toBe(true);
  expect(aboutTheConnection({ carriedMail: true, mail: 'other' })).toBe(false);
  expect(aboutTheConnection({ carriedMail: false, mail: 'not-now' })).toBe(false);
  expect(rest({ somebodyWaits: true, message: 'taken', room: 'here' })).toBe('same-connection');
  expect(rest({ somebodyWaits: true, message: 'for-nobody', room: 'elsewhere' })).toBe('fresh-connection');
  expect(rest({ somebodyWaits: true, message: 'refused', room: 'here' })).toBe('leave');
  expect(rest({ somebodyWaits: true, message: 'taken', room: 'none' })).toBe('leave');
  expect(rest({ somebodyWaits: false, message: 'taken', room: 'here' })).toBe('leave');
});

it('what the server can take', () => {
  const sevenBit = { eightBitMissing: false, eightBitSentAnyhow: false };
  expect(fits({ ...sevenBit, overridden: false, tooLarge: true, utf8: 'missing', purpose: 'explain' })).toBe(
    'too-large',
  );
  expect(fits({ ...sevenBit, overridden: false, tooLarge: false, utf8: 'missing', purpose: 'deliver' })).toBe(
    'utf8-missing',
  );
  expect(fits({ ...sevenBit, overridden: false, tooLarge: false, utf8: 'offered', purpose: 'explain' })).toBe(
    'stop',
  );
  expect(
    fits({ ...sevenBit, overridden: false, tooLarge: false, utf8: 'not-needed', purpose: 'deliver' }),
  ).toBe('send');
  const plain = { overridden: false, tooLarge: false, utf8: 'not-needed', purpose: 'deliver' } as const;
  expect(fits({ ...plain, eightBitMissing: true, eightBitSentAnyhow: false })).toBe('eight-bit-missing');
  expect(fits({ ...plain, eightBitMissing: true, eightBitSentAnyhow: true })).toBe('send');
  expect(keywordOnMail({ message: 'requires', tls: true, offered: true })).toBe('send-keyword');
  expect(keywordOnMail({ message: 'requires', tls: false, offered: true })).toBe('give-up');
  expect(keywordOnMail({ message: 'prefers', tls: true, offered: false })).toBe('send-without');
  expect(overridden({ demand: 'encrypt', tlsOptional: true })).toBe(true);
  expect(overridden({ demand: 'unreachable', tlsOptional: true })).toBe(true);
  expect(overridden({ demand: 'authenticate', tlsOptional: false })).toBe(false);
  expect(overridden({ demand: 'observe', tlsOptional: true })).toBe(false);
});

it('what is reported', () => {
  expect(sessionCounts({ policy: 'none', ended: 'established', judged: 'not-judged' })).toBe('success');
  expect(sessionCounts({ policy: 'none', ended: 'barred', judged: 'failed' })).toBe('not-counted');
  expect(sessionCounts({ policy: 'sts', ended: 'barred', judged: 'failed' })).toBe('failure');
  expect(sessionCounts({ policy: 'sts-testing', ended: 'barred', judged: 'failed' })).toBe('not-counted');
  expect(sessionCounts({ policy: 'tlsa', ended: 'barred', judged: 'passed' })).toBe('not-counted');
  expect(sessionCounts({ policy: 'sts', ended: 'not-offered', judged: 'passed' })).toBe('failure');
  expect(sessionCounts({ policy: 'tlsa', ended: 'not-reached', judged: 'failed' })).toBe('not-counted');
  expect(sessionCounts({ policy: 'tlsa', ended: 'established', judged: 'passed' })).toBe('success');
  expect(discoveryCounts({ kept: 'in-force', record: 'failed', fetched: 'not-asked' })).toBe('tell-record');
  expect(discoveryCounts({ kept: 'mode-none', record: 'failed', fetched: 'not-asked' })).toBe('not-told');
  expect(discoveryCounts({ kept: 'none', record: 'failed', fetched: 'not-asked' })).toBe('not-told');
  expect(discoveryCounts({ kept: 'none', record: 'found', fetched: 'failed' })).toBe('tell-fetch');
  expect(lookupCounts({ dane: 'looked-for', zone: 'unproven', cause: 'bogus' })).toBe('failure');
  expect(lookupCounts({ dane: 'looked-for', zone: 'unproven', cause: 'other' })).toBe('not-counted');
  expect(resultType('starttls-refused')).toBe('starttls-not-supported');
  expect(resultType('tlsa-mismatch')).toBe('certificate-not-trusted');
  expect(resultType('mx-not-listed')).toBe('validation-failure');
  expect(resultType('tlsa-lookup-timeout')).toBe('not-reported');
});
