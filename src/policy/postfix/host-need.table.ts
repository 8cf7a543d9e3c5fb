import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const postfixHostNeed = defineTable({
  name: 'postfix-host-need',
  about: 'What one host of a domain needs of the one TLS policy that Postfix takes for all of them. `found`: whether the host has addresses; `unknown`: that could not be learned, or it was not looked at. '
    + '`pkix-by-policy`: the certificate must name the host; `pkix-by-rule`: what the operator\'s rule asks for; `records-tls`: TLS because of TLSA records that cannot be matched, which Postfix finds for itself; '
    + '`unknown`: no mail may go there unless Postfix learns what was not learned; `closed`: none may go there for less than records that bind; `dane-unread`: nor there, and beside records that bind the policy asks for a certificate; `dane-closed`: none may go there, and Postfix, left to DANE, might.',
  inputs: {
    target: ['name', 'literal'],
    found: ['found', 'no-address', 'unknown'],
    dane: ['no-demand', 'encrypt', 'authenticate', 'unreachable'],
    sts: ['no-demand', 'observe', 'authenticate', 'unreachable'],
    operator: ['no-demand', 'encrypt', 'authenticate', 'authenticate-domain', 'authenticate-by-dane', 'unreachable'],
  },
  verdicts: ['gone', 'unknown', 'dane', 'pkix-by-policy', 'pkix-by-rule', 'tls', 'records-tls', 'nothing', 'closed', 'dane-unread', 'dane-closed'],
})([
  { id: 'PFN-1', when: { found: 'no-address' },                                                                       then: 'gone',
    why: 'Nobody can go to a host without an address.', refs: ['DANE-2.2.2-3'] },
  { id: 'PFN-2', when: { found: 'unknown', sts: ['no-demand', 'observe'], operator: 'no-demand' },                    then: 'unknown',
    why: 'What its records demand was not learned, and nobody else demands anything.', refs: ['DANE-2.1.2-4'] },
  { id: 'PFN-16', when: { found: 'unknown', sts: ['no-demand', 'observe'], operator: ['encrypt', 'authenticate', 'authenticate-domain', 'authenticate-by-dane', 'unreachable'] }, then: 'closed',
    why: 'What its records demand was not learned, and if there are none the operator\'s demand remains.', refs: ['DANE-2.1.2-4', 'STLS-6-1'] },
  { id: 'PFN-17', when: { found: 'unknown', sts: 'authenticate' },                                                    then: 'dane-unread',
    why: 'What its records demand was not learned, and if there are none that of the policy remains.', refs: ['DANE-2.1.2-4', 'STS-4-1'] },
  { id: 'PFN-3', when: { found: 'unknown', sts: 'unreachable' },                                                      then: 'dane-closed',
    why: 'The policy does not list the host, and records that nobody has seen may vouch for it.', refs: ['STS-4.1-1', 'DANE-2.1.2-4'] },
  { id: 'PFN-4', when: { found: 'found', dane: ['authenticate', 'unreachable'], sts: 'unreachable' },                 then: 'dane-closed',
    why: 'The policy does not list the host, and its TLSA records say nothing of policies.', refs: ['STS-4.1-1', 'CHOICE-1'] },
  { id: 'PFN-5', when: { found: 'found', dane: ['no-demand', 'encrypt'], sts: 'unreachable' },                        then: 'closed',
    why: 'The policy does not list the host.', refs: ['STS-4.1-1', 'STS-5-1'] },
  { id: 'PFN-6', when: { found: 'found', dane: 'unreachable', sts: ['no-demand', 'observe'], operator: 'no-demand' },  then: 'unknown',
    why: 'A server whose TLSA lookup failed is not even connected to.', refs: ['DANE-2.1.2-4', 'CHOICE-3'] },
  { id: 'PFN-18', when: { found: 'found', dane: 'unreachable', sts: ['no-demand', 'observe'], operator: ['encrypt', 'authenticate', 'authenticate-domain', 'authenticate-by-dane', 'unreachable'] }, then: 'closed',
    why: 'Its TLSA lookup failed; should Postfix find that there are no records, the operator\'s demand remains.', refs: ['DANE-2.1.2-4', 'STLS-6-1'] },
  { id: 'PFN-19', when: { found: 'found', dane: 'unreachable', sts: 'authenticate' },                                 then: 'dane-unread',
    why: 'Its TLSA lookup failed; should Postfix find that there are no records, the demand of the policy remains.', refs: ['DANE-2.1.2-4', 'STS-4-1'] },
  { id: 'PFN-7', when: { found: 'found', dane: 'authenticate', sts: ['no-demand', 'observe', 'authenticate'], operator: ['no-demand', 'encrypt', 'authenticate', 'authenticate-by-dane'] }, then: 'dane',
    why: 'Usable records bind, whatever else is demanded.', refs: ['DANE-2.2-1', 'STS-2-1'] },
  { id: 'PFN-8', when: { found: 'found', dane: 'authenticate', sts: ['no-demand', 'observe', 'authenticate'], operator: ['authenticate-domain', 'unreachable'] }, then: 'dane-closed',
    why: 'The operator\'s rule does not count records that are reached by a way nobody proved.', refs: ['DANE-2.2.1-3', 'CHOICE-20'] },
  { id: 'PFN-9', when: { found: 'found', dane: ['no-demand', 'encrypt'], sts: ['no-demand', 'observe', 'authenticate'], operator: ['authenticate-by-dane', 'unreachable'] }, then: 'closed',
    why: 'The operator asked for DANE or nothing.', refs: ['DANE-2.2-6'] },
  { id: 'PFN-10', when: { found: 'found', dane: ['no-demand', 'encrypt'], sts: 'authenticate', operator: ['no-demand', 'encrypt', 'authenticate', 'authenticate-domain'] }, then: 'pkix-by-policy',
    why: 'The policy promises TLS and a certificate for this name.', refs: ['STS-4-1', 'STS-4.2-1', 'CHOICE-2'] },
  { id: 'PFN-11', when: { target: 'name', found: 'found', dane: ['no-demand', 'encrypt'], sts: ['no-demand', 'observe'], operator: ['authenticate', 'authenticate-domain'] }, then: 'pkix-by-rule',
    why: 'Without DANE a valid certificate is how the peer proves itself to the operator.', refs: ['STLS-6-1'] },
  { id: 'PFN-12', when: { target: 'literal', found: 'found', dane: ['no-demand', 'encrypt'], sts: ['no-demand', 'observe'], operator: ['authenticate', 'authenticate-domain'] }, then: 'closed',
    why: 'Postfix compares names, and an address is none.', refs: ['STLS-6-1', 'CHOICE-15'] },
  { id: 'PFN-13', when: { found: 'found', dane: ['no-demand', 'encrypt'], sts: ['no-demand', 'observe'], operator: 'encrypt' }, then: 'tls',
    why: 'The operator forbids cleartext.', refs: ['STLS-6-1', 'TLS-3.2-1'] },
  { id: 'PFN-14', when: { found: 'found', dane: 'encrypt', sts: ['no-demand', 'observe'], operator: 'no-demand' },    then: 'records-tls',
    why: 'Records that cannot be matched still promise TLS.', refs: ['DANE-2.2-2'] },
  { id: 'PFN-15', when: { found: 'found', dane: 'no-demand', sts: ['no-demand', 'observe'], operator: 'no-demand' },  then: 'nothing',
    why: 'Nobody demands anything of this host.', refs: ['OS-3-2'] },
]);

export type HostNeed = (typeof postfixHostNeed.verdicts)[number];
