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
