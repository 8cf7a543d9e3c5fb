/*
 * Which way mail takes, read a second time: our own choice in plain steps.
 */

/** The first route counts whose every list is met. */
export function routeSpeaks(f: {
  to: 'met' | 'not-met';
  from: 'met' | 'not-met';
  account: 'met' | 'not-met';
  attempt: 'met' | 'not-met';
}): 'matches' | 'passes' {
  return [f.to, f.from, f.account, f.attempt].includes('not-met') ? 'passes' : 'matches';
}

/** A name that was given beats the routes, and a name that means nothing is no leave to go another way. */
export function wayOfMail(f: {
  asked: 'none' | 'known' | 'unknown';
  routed: 'none' | 'known' | 'unknown';
}): 'as-asked' | 'as-routed' | 'direct' | 'unknown' {
  const name = f.asked === 'none' ? f.routed : f.asked;
  if (name === 'none') return 'direct';
  if (name === 'unknown') return 'unknown';
  return f.asked === 'none' ? 'as-routed' : 'as-asked';
}
