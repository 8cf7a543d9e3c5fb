import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const mxDiscovery = defineTable({
  name: 'mx-discovery',
  about: 'What the MX lookup of a domain means for its mail: whom to try, or why there is nobody. `only-us`: no record is better than one that names a host of this system itself (setting `ownHosts`).',
  inputs: {
    answer: ['hosts', 'null-mx', 'no-usable-name', 'only-us', 'nodata', 'nxdomain', 'failed'],
  },
  verdicts: ['try-hosts', 'try-domain', 'no-mail-accepted', 'no-target', 'loop', 'unknown'],
})([
  { id: 'MX-1', when: { answer: 'hosts' },          then: 'try-hosts',
    why: 'The domain names its mail hosts.', refs: ['SMTP-5.1-2', 'SMTP-5.1-6'] },
  { id: 'MX-2', when: { answer: 'null-mx' },        then: 'no-mail-accepted',
    why: 'One MX record without a host says that the domain accepts no mail.', refs: ['NULLMX-3-1', 'NULLMX-5-1', 'CHOICE-14'] },
  { id: 'MX-3', when: { answer: 'no-usable-name' }, then: 'no-target',
    why: 'There are MX records, so the domain\'s own address must not be used, and none of them names a host.', refs: ['SMTP-5.1-6', 'CHOICE-14'] },
  { id: 'MX-7', when: { answer: 'only-us' },        then: 'loop',
    why: 'The mail is where it should be, and nobody here knows it; any host that is left would send it back.', refs: ['SMTP-5.1-13', 'SMTP-5.1-14', 'DUAL-3-3'] },
  { id: 'MX-4', when: { answer: 'nodata' },         then: 'try-domain',
    why: 'A domain without MX records is its own mail host.', refs: ['SMTP-5.1-5', 'DUAL-3-2'] },
  { id: 'MX-5', when: { answer: 'nxdomain' },       then: 'no-target',
    why: 'DNS says that the domain does not exist.', refs: ['DUAL-3-2', 'CHOICE-14'] },
  { id: 'MX-6', when: { answer: 'failed' },         then: 'unknown',
    why: 'A lookup that failed says nothing about the domain; the mail waits.', refs: ['DANE-2.1.2-1', 'DANE-2.1.1-6', 'DUAL-3-2'] },
]);
