/** The laws that are held against every simulated attempt and every end, by their numbers. */
export const LAWS: Readonly<Record<number, string>> = Object.freeze({
  1: 'A message is never delivered over less than the strictest demand, whatever the world answers.',
  2: 'Failing to learn something never lowers a demand that is known.',
  3: 'A server whose TLSA lookup failed is never connected to.',
  4: 'MTA-STS never rescues a failed DANE validation.',
  5: '`TLS-Required: No` never makes a message fail that would have passed without it; REQUIRETLS never makes one pass.',
  6: 'Candidates are tried in order, each at most once an attempt, and every attempt ends in an outcome for every recipient.',
  7: 'Under enforce, nothing is given up by the word of somebody whom nothing vouches for.',
  10: 'The order in which parallel answers arrive never changes the result.',
  11: 'Testing mode changes reports, never deliveries.',
  12: 'A fault never delivers.',
  15: 'An unexpired enforced policy is never removed by a failure.',
  16: 'Nothing that one destination does delays another by more than a bounded stretch.',
  17: 'A message that was accepted is delivered, waiting, or its sender has been told; once, or where a reply was lost or the process killed, more.',
});
