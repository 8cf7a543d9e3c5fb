/* Named beginnings. */
import type { Facts } from './state.js';

export const STORIES: readonly { readonly name: string; readonly facts: Facts }[] = [
  { name: 'An ordinary domain: TLS without promises', facts: {} },
  { name: 'DANE, well kept', facts: { dnssec: 'all', tlsa: 'key', certificate: 'self-signed' } },
  { name: 'DANE after a key rollover that forgot the records', facts: { dnssec: 'all', tlsa: 'stale' } },
  {
    name: 'DANE, and an attacker who strips STARTTLS',
    facts: { dnssec: 'all', tlsa: 'key', starttls: 'not-offered' },
  },
  {
    name: 'MTA-STS enforced, and a certificate that has expired',
    facts: { sts: 'enforce', certificate: 'expired' },
  },
  { name: 'MTA-STS enforced for another host', facts: { sts: 'enforce-other' } },
  { name: 'MTA-STS in testing, with the wrong host listed', facts: { sts: 'testing-other' } },
  { name: 'An attacker strips STARTTLS where nobody promised anything', facts: { starttls: 'not-offered' } },
  { name: 'TLS that breaks, and the clear text behind it', facts: { starttls: 'broken' } },
  {
    name: 'REQUIRETLS to a server that does not know it',
    facts: { message: 'requiretls', dnssec: 'all', tlsa: 'key' },
  },
  {
    name: 'REQUIRETLS, all the way',
    facts: { message: 'requiretls', keyword: 'offered', dnssec: 'all', tlsa: 'key' },
  },
  {
    name: '"TLS-Required: No" where a policy would stop the message',
    facts: { message: 'tls-optional', sts: 'enforce', certificate: 'other-name' },
  },
  { name: 'The first host is down, the second takes the mail', facts: { mx: 'two', connect: 'refuse' } },
  { name: 'A domain that takes no mail', facts: { mx: 'null' } },
];
