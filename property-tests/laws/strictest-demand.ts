/* Law 1, as a function: what is wrong with a play, or nothing. */
import { acceptedIn, type Play } from '../arbitraries/plays.js';
import {
  isLiteral,
  isNamedInsecurely,
  isUsable,
  lists,
  matchesDane,
  nameOf,
  operatorDemand,
  passesPkix,
  policyInForce,
  referencesOf,
  relayOf,
  requiresTls,
  setsPoliciesAside,
  tlsaOf,
} from './naive-demands.js';
import { type Sending, sendingsOf } from './witness.js';

/** Every breach of a demand by a message that was put on the wire, in words. */
export function breachesIn(play: Play): readonly string[] {
  return [
    ...play.runs.flatMap((run) => sendingsOf(run).flatMap((sending) => breachesOf(play, sending))),
    ...unearned(play),
  ];
}

function breachesOf(
  { world, input }: Play,
  { host, exchange, tls, peer, hello, startedTlsBefore }: Sending,
): readonly string[] {
  const { settings, message } = input;
  const isEncrypted = tls === 'yes';
  const inForce = policyInForce(world, input);
  const tlsa = tlsaOf(world, input, host);
  const usable = tlsa.kind === 'records' ? tlsa.records.filter(isUsable) : [];
  const isMatched =
    tlsa.kind === 'records' &&
    peer !== null &&
    matchesDane(tlsa.records, peer, referencesOf(tlsa.base, world, input), input.startedAt);
  // An operator's rule goes by RFC 9525, which has no common names; RFC 8689 goes by RFC 6125.
  const takesCommonName =
    inForce?.policy.mode !== 'enforce' && !['verify', 'dane'].includes(operatorDemand(input));
  const isPkix = peer !== null && passesPkix(peer, host, takesCommonName);
  const breaches: string[] = [];
  const demand = (isMet: boolean, what: string) => {
    if (!isMet) breaches.push(`${host}: ${what}`);
  };

  if (!setsPoliciesAside(input)) {
    demand(
      isLiteral(input) || world.cache.kind !== 'unreadable' || inForce !== null,
      'the kept policy could not be read, and no current one was had',
    );
    demand(tlsa.kind !== 'failed', 'its TLSA lookup failed');
    if (tlsa.kind === 'records')
      demand(isEncrypted, 'it has secure TLSA records, and the message went in clear');
    if (usable.length > 0) demand(isMatched, 'it has usable TLSA records, and the chain matches none');
    if (inForce?.policy.mode === 'enforce') {
      demand(isEncrypted, 'a policy is enforced, and the message went in clear');
      demand(lists(inForce.policy, host), 'a policy is enforced that does not list it');
      const isLetOff = settings.whenDanePasses === 'skip-pkix' && isMatched;
      demand(
        isLetOff || (peer !== null && passesPkix(peer, host, false)),
        'a policy is enforced, and its certificate is not valid for it',
      );
    }
  }

  if (requiresTls(input)) {
    demand(isEncrypted, 'the message requires TLS');
    demand(!isLiteral(input), 'the message requires TLS, and it is an address');
    demand(
      hello.some((line) => /^requiretls$/i.test(line.trim())),
      'it does not offer REQUIRETLS under TLS',
    );
    demand(exchange.ask.parameters.includes('REQUIRETLS'), 'MAIL lacks REQUIRETLS');
    demand(isMatched || isPkix, 'the message requires TLS, and nobody knows who answers');
    const listing = inForce !== null && lists(inForce.policy, host) ? inForce.policy.mode : 'none';
    const isNamedByDns =
      relayOf(input) !== null ||
      (world.mx.kind === 'secure' && (usable.length > 0 || settings.requireTlsSecureMx === 'accept'));
    const isNamedByTesting =
      listing === 'testing' &&
      settings.requireTlsTestingPolicy === 'accept' &&
      (isPkix || (isMatched && settings.whenDanePasses === 'skip-pkix'));
    demand(
      isNamedByDns || listing === 'enforce' || isNamedByTesting,
      'the message requires TLS, and anybody could have named the host',
    );
  } else {
    demand(
      message.requireTls === 'yes' || !exchange.ask.parameters.includes('REQUIRETLS'),
      'MAIL carries REQUIRETLS unasked',
    );
  }
  demand(isEncrypted || !exchange.ask.parameters.includes('REQUIRETLS'), 'MAIL carries REQUIRETLS in clear');

  const operator = operatorDemand(input);
  if (operator !== 'none') demand(isEncrypted, 'the operator demands TLS');
  if (operator === 'verify') {
    const isVouchedFor =
      !isNamedInsecurely(world, input) || (inForce?.policy.mode === 'enforce' && lists(inForce.policy, host));
    const isForDomain = peer !== null && passesPkix(peer, nameOf(input), true);
    demand(
      isForDomain || (isVouchedFor && (isMatched || isPkix)),
      'the operator wants to know who answers, and anybody could have named the host',
    );
  }
  if (operator === 'dane') demand(!isNamedInsecurely(world, input) && isMatched, 'the operator demands DANE');
  // A TLS report does not wait for TLS to be repaired (RFC 8460, Section 3).
  const isPatient = settings.cleartextRetry === 'after' && input.attempt === 1 && message.report !== 'tls';
  const mayRetry = settings.cleartextRetry !== 'never' && !isPatient;
  if (!isEncrypted && startedTlsBefore) {
    demand(mayRetry && message.report !== 'dmarc', 'cleartext after broken TLS was ruled out');
  }
  demand(input.purpose === 'deliver', 'nothing was to be sent');
  return breaches;
}

/** Recipients that are called delivered though no server took the message for them. */
function unearned({ result, runs, input }: Play): readonly string[] {
  const accepted = runs.flatMap((run) => sendingsOf(run).flatMap(({ exchange }) => acceptedIn(exchange)));
  return result.recipients.flatMap(({ recipient, outcome }) =>
    outcome === 'delivered' && input.purpose === 'deliver' && !accepted.includes(recipient)
      ? [`${recipient}: called delivered, and taken by nobody`]
      : [],
  );
}
