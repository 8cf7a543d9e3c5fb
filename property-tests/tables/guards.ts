/** Rows that make a table total and that no attempt can come to, with the reason. */
export const GUARDS: Readonly<Record<string, string>> = {
  'BAR-9':
    'a stale policy leaves it open whether REQUIRETLS can be kept (table requiretls-demand), and an address literal has no policy',
  'MATCH-6': 'a rule for DANE without usable records makes the host unreachable (table operator-demand)',
  'PKIX-3':
    'only a policy under test lets a message demand PKIX by itself, and that policy is observed (table requiretls-demand)',
  'TLS-5': 'a second connection in clear is only made where nothing was promised (table cleartext-retry)',
  'TLS-6': 'a host that may not be connected to never says EHLO (table host-barrier)',
  'PEER-10':
    'where DANE would only suffice the operator wants the peer authenticated, so PKIX is demanded (table pkix-demand)',
  'KEY-3': 'REQUIRETLS demands an authenticated session, so STARTTLS is not done without (table start-tls)',
};

/** Rows of an attempt that no story can tell, with the reason. */
export const BEYOND_STORIES: Readonly<Record<string, string>> = {
  'NEXT-4': 'a defect of our own code is part of no world; drawn worlds come to it with a program that fails',
};

/** Tables of which no story tells, because a story tells what becomes of mail and these are asked beside it; `scripts/mutants/guards.ts` names the tests that hold each. */
export const BESIDE_STORIES: Readonly<Record<string, string>> = {
  resolverTables:
    'what an answer is worth is settled before the sender hears it; in memory a world says it outright',
  policyTables:
    'when a policy is renewed and who hears of it is for who keeps many; a story renews the one that it names',
  storeTables: 'several writers at one store',
  reportTables: 'a report is sent a day later, by another message',
  queueTables: 'the life of a message in a queue; each step of a story is one attempt',
  checkTables: 'what a check of a domain finds, for who runs it',
  signalTables: 'advice for who writes a message',
  hostTables: 'what Postfix is told, which makes its own attempts',
};
