import { type Decision, decide, defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const listener = defineTable({
  name: 'listener',
  about: 'Whether a process listens where it is told to. `this-host`: at loopback or a socket of the file system. `mail-system`: LMTP for a mail system that keeps its queue (`waxseal lmtp`); `lmtp`: that of a daemon.',
  inputs: {
    reach: ['this-host', 'network'],
    kind: ['submission', 'lmtp', 'mail-system', 'admin', 'metrics'],
    users: ['none', 'some'],
  },
  verdicts: ['listen', 'warn', 'refuse'],
})([
  { id: 'LISTEN-1', when: { reach: 'this-host' },                                        then: 'listen',
    why: 'Who is at this host already can do as much by other ways.', refs: ['SMTP-4.5.4.1-1'] },
  { id: 'LISTEN-2', when: { reach: 'network', kind: 'metrics' },                         then: 'listen',
    why: 'Figures name no domain, no address and no message.', refs: ['SMTP-4.2.1-1'] },
  { id: 'LISTEN-3', when: { reach: 'network', kind: 'submission', users: 'some' },       then: 'listen',
    why: 'Everybody logs in, under TLS.', refs: ['AUTH-4-1'] },
  { id: 'LISTEN-4', when: { reach: 'network', kind: 'submission', users: 'none' },       then: 'warn',
    why: 'There are no users, so that whoever comes from elsewhere is refused, until a configuration has some.', refs: ['SMTP-4.2.1-2'] },
  { id: 'LISTEN-5', when: { reach: 'network', kind: 'lmtp' },                            then: 'refuse',
    why: 'Nobody logs in by LMTP, so that nobody from elsewhere could ever hand anything in.', refs: ['SMTP-4.2.1-2'] },
  { id: 'LISTEN-6', when: { reach: 'network', kind: 'mail-system' },                     then: 'warn',
    why: 'Whoever reaches it can send to anybody, and nothing but the network keeps strangers out.', refs: ['SMTP-4.2.1-2'] },
  { id: 'LISTEN-7', when: { reach: 'network', kind: 'admin' },                           then: 'refuse',
    why: 'Its token would go over the network in clear.', refs: ['AUTH-14-1'] },
]);

export type ListenerKind = (typeof listener.inputs.kind)[number];

/** Whether to listen there. Total. */
export function judgeListener(facts: {
  readonly reach: 'this-host' | 'network';
  readonly kind: ListenerKind;
  readonly users: 'none' | 'some';
}): Decision<(typeof listener.verdicts)[number]> {
  return decide(listener, facts);
}
