/*
 * A queued message, read a second time: RFC 5321, Sections 4.5.4.1, 3.6.3 and 6.1; RFC 3461, Sections 5.2 and 6.2; RFC 6533;
 * RFC 8461, Section 5.1; RFC 8689, Section 5. First the questions one by one, then a message's whole turn in plain steps.
 */

/** What the operator wants comes before what the schedule wants; who loses turn after turn is set aside. */
export function firstStep(f: {
  order: 'none' | 'fail' | 'drop' | 'review';
  hold: 'no' | 'held';
  claims: 'few' | 'too-many';
  /** Whether the routes send it where it waited for. */
  way: 'same' | 'other';
}): 'attempt' | 'fail' | 'drop' | 'put-back' | 'park' | 'change-lane' | 'review' {
  if (f.order === 'fail' || f.order === 'drop') return f.order;
  if (f.hold === 'held') return 'put-back';
  if (f.claims === 'too-many') return 'park';
  // It takes its turn beside its way, to which it goes back.
  if (f.order === 'review') return 'review';
  return f.way === 'same' ? 'attempt' : 'change-lane';
}

/** RFC 5321, Section 4.5.4.1: "the sender gives up"; but RFC 8461, Section 5.1: not before "the presence of a new policy" is checked. */
export function afterAttempt(f: {
  result: 'delivered' | 'rejected' | 'deferred' | 'fault' | 'stopped';
  attempts: 'left' | 'spent';
  lifetime: 'left' | 'over';
  look: 'not-looked' | 'grant-another-attempt' | 'wait' | 'may-bounce';
}):
  | 'delivered'
  | 'bounced'
  | 'expired'
  | 'look'
  | 'wait'
  | 'wait-for-policy'
  | 'try-new-policy'
  | 'try-again' {
  if (f.result === 'delivered') return 'delivered';
  // Section 4.2.1: "SHOULD NOT repeat the exact request".
  if (f.result === 'rejected') return 'bounced';
  if (f.result === 'stopped') return 'try-again';
  // Our own troubles use up time and nothing else.
  if (f.result === 'fault') return f.lifetime === 'over' ? 'expired' : 'wait';
  if (f.attempts === 'left' && f.lifetime === 'left') return 'wait';
  if (f.look === 'not-looked') return 'look';
  if (f.look === 'grant-another-attempt') return 'try-new-policy';
  if (f.look === 'wait') return 'wait-for-policy';
  return 'expired';
}

/** Section 4.5.4.1: "the sender MUST delay retrying a particular destination after one attempt has failed". */
export function waitFor(
  reason: 'deferred' | 'fault' | 'stopped' | 'new-policy' | 'policy-unseen',
): 'scheduled' | 'first' | 'hour' | 'none' {
  // No attempt has failed.
  if (reason === 'stopped') return 'none';
  if (reason === 'policy-unseen') return 'hour';
  return reason === 'deferred' ? 'scheduled' : 'first';
}

/** RFC 3461, Section 5.2.5: a "delayed" DSN may be issued; once, and while there is something to wait for. */
export function tellsDelay(f: {
  attempts: 'few' | 'enough';
  told: 'no' | 'yes';
  end: 'near' | 'far';
}): 'tell' | 'do-not-tell' {
  return f.attempts === 'enough' && f.told === 'no' && f.end === 'far' ? 'tell' : 'do-not-tell';
}

/** Section 4.5.4.1: "keep a list of hosts it cannot reach and corresponding connection timeouts"; "MUST NOT cache ... 5yz". */
export function wayAfter(f: {
  turn: 'answered' | 'unreachable' | 'other' | 'crowded';
  failures: 'few' | 'many';
}): 'well' | 'count' | 'close' | 'as-it-was' | 'put-off' {
  if (f.turn === 'answered') return 'well';
  if (f.turn === 'other') return 'as-it-was';
  if (f.turn === 'crowded') return 'put-off';
  return f.failures === 'few' ? 'count' : 'close';
}

/** Section 4.5.4.1: several transactions at once, and "some limit" on them; who waits for one takes a place that others could have. */
export function roomAtHost(f: {
  line: 'quick' | 'short' | 'long';
  dialled: 'nothing' | 'something';
  places: 'few' | 'many' | 'most';
}): 'wait' | 'go-back' {
  if (f.line === 'quick') return 'wait';
  if (f.dialled === 'something') return f.places === 'most' ? 'go-back' : 'wait';
  return f.line === 'short' && f.places === 'few' ? 'wait' : 'go-back';
}

/** What an operator may order: nothing of what has ended, and a lesser demand only with a reason. */
export function ordered(f: {
  order: 'hold' | 'release' | 'kick' | 'fail' | 'drop' | 'set-tls' | 'set-transport';
  message: 'waiting' | 'held' | 'attempting' | 'ended';
  why: 'given' | 'missing';
}): 'change' | 'next-turn' | 'nothing-to-do' | 'refuse' {
  if (f.message === 'ended') return 'refuse';
  if (f.order === 'fail' || f.order === 'drop') return 'next-turn';
  if (f.order === 'set-tls') return f.why === 'missing' ? 'refuse' : 'change';
  if (f.order === 'set-transport') return 'change';
  if (f.order === 'hold') return f.message === 'held' ? 'nothing-to-do' : 'change';
  if (f.order === 'release') return f.message === 'held' ? 'change' : 'nothing-to-do';
  return f.message === 'waiting' ? 'change' : 'nothing-to-do';
}

/** RFC 3461, Sections 4.1 and 5.2; RFC 5321, Section 4.5.4. */
export function tellsSender(f: {
  event: 'failed' | 'dropped' | 'delayed' | 'relayed' | 'passed-on' | 'delivered';
  notify: 'absent' | 'listed' | 'not-listed' | 'never';
  sender: 'given' | 'null';
  origin: 'ordinary' | 'report';
}): 'failed' | 'delayed' | 'relayed' | 'delivered' | 'none' {
  // 5.2: "MUST NOT be issued ... if the envelope return address is NULL".
  if (f.sender === 'null' || f.event === 'dropped') return 'none';
  if (f.notify === 'never' || f.notify === 'not-listed') return 'none';
  // 5.2.1: the next one "honors requests for DSN".
  if (f.event === 'passed-on') return 'none';
  if (f.event === 'failed' || f.event === 'delayed') return f.origin === 'report' ? 'none' : f.event;
  // 5.2.2, 5.2.3: only "if the NOTIFY parameter ... contained the SUCCESS keyword".
  return f.notify === 'listed' ? f.event : 'none';
}

/** RFC 3461, Section 6.2, and RFC 8689, Section 5: "as if the RET=HDRS parameter were present". */
export function givesBack(f: {
  notice: 'failed' | 'other';
  ret: 'absent' | 'full' | 'headers';
  requireTls: 'no' | 'yes';
  size: 'fits' | 'too-large';
}): 'message' | 'headers' {
  const ret = f.requireTls === 'yes' ? 'headers' : f.ret;
  if (ret === 'headers' || f.notice === 'other') return 'headers';
  return f.size === 'fits' ? 'message' : 'headers';
}

/** RFC 6533, Section 3: "utf-8-addr-xtext MUST be used" in 7-bit surroundings. */
export function writtenIn(f: {
  returnPath: 'ascii' | 'utf8';
  content: 'ascii' | 'utf8';
}): 'ascii' | 'global' | 'global-in-7bit' {
  if (f.returnPath === 'utf8') return 'global';
  return f.content === 'utf8' ? 'global-in-7bit' : 'ascii';
}

/** A message to one domain as a naive queue keeps it. Times in milliseconds. */
export interface NaiveMessage {
  readonly sender: string;
  readonly endsAt: number;
  attempts: number;
  extra: number;
  held: boolean;
  order: 'none' | 'fail' | 'drop';
  lost: number;
  readonly recipients: NaiveRecipient[];
}

export interface NaiveRecipient {
  readonly address: string;
  /** Events that its sender wants to hear of. */
  readonly wants: { readonly failure: boolean; readonly delay: boolean; readonly success: boolean };
  end: 'delivered' | 'bounced' | 'expired' | 'dropped' | null;
  readonly told: string[];
}

export interface NaiveWorld {
  readonly now: number;
  /** For each recipient that waits; or that none of it says anything. */
  readonly answer: 'fault' | 'stopped' | readonly ('delivered' | 'bounced' | 'deferred' | 'stopped')[];
  readonly policy: 'had-no-part' | 'changed' | 'unseen' | 'same';
  readonly noticesKept: boolean;
  readonly schedule: readonly number[];
}

/** One turn, changing the message. Answers how long it then waits, without jitter; null: nobody waits, or it was set aside. */
export function naiveTurn(message: NaiveMessage, world: NaiveWorld): number | null {
  const waiting = message.recipients.filter(({ end }) => end === null);
  if (message.order !== 'none') {
    const isFail = message.order === 'fail';
    for (const each of waiting) {
      const mustTell = isFail && message.sender !== '' && each.wants.failure;
      if (mustTell && !world.noticesKept) continue;
      each.end = isFail ? 'bounced' : 'dropped';
      if (mustTell) each.told.push('failed');
    }
    return waiting.some(({ end }) => end === null) ? world.schedule[0]! : null;
  }
  if (message.held) return 0;
  if (message.lost >= 3) {
    message.held = true;
    return 0;
  }
  const { answer } = world;
  const said = waiting.map((_, at) => (typeof answer === 'string' ? answer : answer[at]!));
  const isCounted = said.some((each) => each !== 'fault' && each !== 'stopped');
  if (isCounted) message.attempts += 1;
  const isOld = world.now >= message.endsAt;
  const isSpent = message.attempts > world.schedule.length + message.extra || isOld;
  const waits: number[] = [];
  const ends: { readonly each: NaiveRecipient; readonly end: NonNullable<NaiveRecipient['end']> }[] = [];
  let isExtra = false;
  waiting.forEach((each, at) => {
    const first = world.schedule[0]!;
    const now = world.schedule[Math.min(message.attempts, world.schedule.length) - 1]!;
    if (said[at] === 'delivered' || said[at] === 'bounced') ends.push({ each, end: said[at] });
    else if (said[at] === 'stopped') waits.push(0);
    else if (said[at] === 'fault') {
      if (isOld) ends.push({ each, end: 'expired' });
      else waits.push(first);
    } else if (!isSpent) waits.push(now);
    else if (world.policy === 'changed' && !isOld) {
      isExtra = true;
      waits.push(first);
    } else if (world.policy === 'unseen' && !isOld) waits.push(3_600_000);
    else ends.push({ each, end: 'expired' });
  });
  if (isExtra) message.extra += 1;
  let isUntold = false;
  for (const { each, end } of ends) {
    const isFailure = end !== 'delivered';
    const mustTell = message.sender !== '' && (isFailure ? each.wants.failure : each.wants.success);
    if (mustTell && isFailure && !world.noticesKept) {
      isUntold = true;
      continue;
    }
    each.end = end;
    if (mustTell && world.noticesKept) each.told.push(isFailure ? 'failed' : 'relayed');
  }
  if (waits.length === 0) return isUntold ? world.schedule[0]! : null;
  return Math.max(...waits);
}
