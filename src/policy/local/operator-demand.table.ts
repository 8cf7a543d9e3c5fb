import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const operatorDemand = defineTable({
  name: 'operator-demand',
  about: 'What the operator\'s own rule for a destination demands. Nothing that a sender or a recipient publishes lowers it. `mx`: whether the MX record that named the host was validated; `none`: no MX record named it. '
    + '`sts`: whether an enforced MTA-STS policy lists the host. `authenticate-domain`: by a certificate for the recipient\'s domain itself.',
  inputs: {
    rule: ['none', 'encrypt', 'verify', 'pkix', 'dane'],
    mx: ['secure', 'insecure', 'none'],
    sts: ['listed', 'other'],
    dane: ['usable', 'other'],
  },
  verdicts: ['no-demand', 'encrypt', 'authenticate', 'authenticate-domain', 'authenticate-by-pkix', 'authenticate-by-dane', 'unreachable'],
})([
  { id: 'OPER-1', when: { rule: 'none' },                                 then: 'no-demand',
    why: 'No rule is in force for this destination.', refs: ['STLS-6-2'] },
  { id: 'OPER-2', when: { rule: 'encrypt' },                              then: 'encrypt',
    why: 'The operator forbids cleartext.', refs: ['STLS-6-1', 'TLS-3.2-1'] },
  { id: 'OPER-7', when: { rule: 'verify', mx: ['secure', 'none'] },       then: 'authenticate',
    why: 'The operator wants to know who answers, by DANE or by certificate, and nobody could forge the name of the host.', refs: ['STLS-6-1', 'CHOICE-20'] },
  { id: 'OPER-8', when: { rule: 'verify', mx: 'insecure', sts: 'listed' }, then: 'authenticate',
    why: 'The operator wants to know who answers, and the enforced policy vouches for the name of the host.', refs: ['STLS-6-1', 'TLS-7.1-1', 'CHOICE-20'] },
  { id: 'OPER-9', when: { rule: 'verify', mx: 'insecure', sts: 'other' }, then: 'authenticate-domain',
    why: 'Anybody could have named the host, so that its own name proves nothing; the domain\'s name does.', refs: ['TLS-7.1-1', 'CHOICE-20'] },
  { id: 'OPER-10', when: { rule: 'pkix' },                                then: 'authenticate-by-pkix',
    why: 'The operator named the host himself, and its certificate is to say the same name.', refs: ['SID-7817-3-1', 'AUTH-14-1'] },
  { id: 'OPER-4', when: { rule: 'dane', mx: ['secure', 'none'], dane: 'usable' },   then: 'authenticate-by-dane',
    why: 'The records that the operator insists on are there.', refs: ['DANE-2.2-6', 'DANE-2.2.2-8'] },
  { id: 'OPER-5', when: { rule: 'dane', mx: ['secure', 'none'], dane: 'other' },    then: 'unreachable',
    why: 'The operator asked for DANE or nothing.', refs: ['DANE-2.2-6', 'DOPS-10.3-2'] },
  { id: 'OPER-6', when: { rule: 'dane', mx: 'insecure' },                 then: 'unreachable',
    why: 'Half of a proven way is not DANE to who insists on it.', refs: ['DANE-2.2.1-3'] },
]);
