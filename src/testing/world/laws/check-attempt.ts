/* The laws of one attempt, each in the plain words of what was seen. */
import type { World } from '../../../adapters/scripted/index.js';
import type { Attempted, Sending } from '../play-attempt.js';
import { isGoodFor, lists, type NaivePolicy, recordsAt, servedPolicy, tlsaAt } from './naive-world.js';

export interface Breach {
  readonly law: number;
  readonly what: string;
}

/** What a sender must have kept of a domain's policy, by what it was served. */
export interface KeptPolicy {
  readonly policy: NaivePolicy;
  /** When it was fetched at the latest, so that it binds no longer than it may; milliseconds since 1970. */
  readonly fetchedAt: number;
}

export interface Sight {
  readonly domain: string;
  readonly world: World;
  readonly at: number;
  readonly message: {
    readonly sender: string;
    readonly requireTls: 'yes' | 'no';
    readonly tlsRequired: string;
  };
  readonly attempted: Attempted;
  readonly before: KeptPolicy | null;
}

/** The policy that binds an attempt, until its end: what was served to it, else what was kept. */
export function policyInForce({ world, domain, at, attempted, before }: Sight): NaivePolicy | null {
  const served = attempted.fetched === 'answered' ? servedPolicy(world, domain) : null;
  if (served !== null) return served;
  if (before === null || before.fetchedAt + before.policy.maxAgeMs <= at + attempted.durationMs) return null;
  return before.policy;
}

/** What is kept of the domain behind the attempt. */
export function keptBehind({ world, domain, at, attempted, before }: Sight): KeptPolicy | null {
  const served =
    attempted.fetched === 'answered' && attempted.kept === 'yes' ? servedPolicy(world, domain) : null;
  return served === null ? before : { policy: served, fetchedAt: at };
}

export function breachesOf(sight: Sight): readonly Breach[] {
  return [
    ...sight.attempted.sendings
      .filter(({ taken, isOpen }) => taken.length > 0 || isOpen)
      .flatMap((each) => unmetBy(sight, each)),
    ...failedTlsa(sight),
    ...earlyBounces(sight),
    ...disorder(sight),
    ...unearned(sight),
  ];
}

const isRequired = ({ message }: Sight) => message.requireTls === 'yes' && message.sender !== '';
/** `TLS-Required: No` sets aside what recipients demand (laws 2 to 4 hold but for it). */
const isSetAside = ({ message }: Sight) => message.requireTls === 'no' && message.tlsRequired === 'no';

/** Laws 1, 2 and 4: what a message was owed on the way that it went. */
function unmetBy(sight: Sight, { name, id, tls, keywords, parameters }: Sending): readonly Breach[] {
  const { domain, world, attempted } = sight;
  const breaches: Breach[] = [];
  const tlsa = tlsaAt(world, domain, name, id);
  const isMatched = tlsa.kind === 'records' && tlsa.isMatched === true;
  const isPkix = isGoodFor(world.mail?.[id]?.certificate, id, name);
  const policy = policyInForce(sight);
  const isLearned = attempted.fetched === 'answered';
  const owe = (law: number, isMet: boolean, what: string) => {
    if (!isMet) breaches.push({ law, what: `${name} (${id}): ${what}` });
  };
  if (!isSetAside(sight)) {
    if (tlsa.kind === 'records')
      owe(1, tls === 'yes', 'it has secure TLSA records, and took the message in clear');
    if (tlsa.kind === 'records' && tlsa.isMatched !== null)
      owe(
        policy?.mode === 'enforce' ? 4 : 1,
        tls === 'yes' && isMatched,
        'it is not the one that its TLSA records name',
      );
    if (policy?.mode === 'enforce') {
      const law = isLearned ? 1 : 2;
      owe(law, tls === 'yes', 'a policy is enforced, and it took the message in clear');
      owe(law, lists(policy, name), 'a policy is enforced that does not list it');
      owe(law, isPkix, 'a policy is enforced, and its certificate is not good for it');
    }
  }
  if (isRequired(sight)) {
    const mx = recordsAt(world, 'MX', domain);
    owe(1, tls === 'yes', 'the message requires TLS, and it took it in clear');
    owe(
      1,
      parameters.includes('REQUIRETLS') && keywords.includes('REQUIRETLS'),
      'it was not asked to require TLS further on',
    );
    owe(1, isMatched || isPkix, 'the message requires TLS, and nobody knows who took it');
    const isVouchedFor =
      (mx.kind !== 'failed' && mx.secure) || (policy?.mode === 'enforce' && lists(policy, name));
    owe(1, isVouchedFor, 'the message requires TLS, and anybody could have named it');
  }
  return breaches;
}

/** Law 3. */
function failedTlsa({ world, domain, attempted, message }: Sight): readonly Breach[] {
  if (message.requireTls === 'no' && message.tlsRequired === 'no') return [];
  return attempted.dialled
    .filter(({ name }) => tlsaAt(world, domain, name, null).kind === 'failed')
    .map(({ name }) => ({
      law: 3,
      what: `${name} was connected to, and the lookup of its TLSA records had failed`,
    }));
}

/** Law 7 and choice 22: what keeps mail of a domain that enforces a policy from being given up. */
function earlyBounces(sight: Sight): readonly Breach[] {
  const { attempted, world, domain } = sight;
  if (isSetAside(sight) || policyInForce(sight)?.mode !== 'enforce') return [];
  const mx = recordsAt(world, 'MX', domain);
  return attempted.result.recipients
    .filter(({ outcome }) => outcome === 'bounced')
    .filter(({ recipient, state, status }) => {
      if (mx.kind !== 'failed' && mx.secure && state.reply === null) return false;
      const byHost = attempted.sendings.some(
        (sending) =>
          sending.recipients.includes(recipient) &&
          sending.replies.some((reply) => reply !== null && reply.code >= 500) &&
          unmetBy(sight, sending).length === 0,
      );
      // Choice 7: a message that requires TLS is given up where the hosts themselves cannot keep that.
      const byRequirement = isRequired(sight) && /^5\.7\.(10|30)$/.test(status) && !isForged(sight);
      return !byHost && !byRequirement;
    })
    .map(({ recipient, status }) => ({
      law: 7,
      what: `${recipient} was given up (${status}) by the word of somebody whom nothing vouches for, while a policy is enforced`,
    }));
}

/** Whether no host that the enforced policy lists was named, by an answer that anybody could have given. */
function isForged(sight: Sight): boolean {
  const policy = policyInForce(sight)!;
  const mx = recordsAt(sight.world, 'MX', sight.domain);
  if (mx.kind !== 'records' || mx.secure) return false;
  return mx.records.some((record) => !lists(policy, record.split(' ')[1]!));
}

/** Law 6. */
function disorder({ world, domain, attempted }: Sight): readonly Breach[] {
  const { turnedTo, result, journal } = attempted;
  const breaches: Breach[] = [];
  if (new Set(turnedTo).size < turnedTo.length)
    breaches.push({ law: 6, what: `a host was turned to twice: ${turnedTo.join(', ')}` });
  const mx = recordsAt(world, 'MX', domain);
  const preferences = new Map(
    mx.kind === 'records'
      ? mx.records.map((record) => [record.split(' ')[1]!, Number(record.split(' ')[0])])
      : [],
  );
  const order = turnedTo.map((name) => preferences.get(name) ?? 0);
  if (order.some((each, at) => at > 0 && each < order[at - 1]!))
    breaches.push({ law: 6, what: `hosts were turned to out of order: ${turnedTo.join(', ')}` });
  if (result.recipients.map(({ recipient }) => recipient).join() !== journal.input.recipients.join())
    breaches.push({ law: 6, what: 'not every recipient has an outcome of its own' });
  return breaches;
}

/** Laws 12 and 17: nobody is called served whom nobody served. */
function unearned({ attempted }: Sight): readonly Breach[] {
  const taken = new Set(attempted.sendings.flatMap((sending) => sending.taken));
  return attempted.result.recipients
    .filter(({ recipient, outcome }) => outcome === 'delivered' && !taken.has(recipient))
    .map(({ recipient }) => ({
      law: 17,
      what: `${recipient} was called delivered, and nobody took the message`,
    }));
}
