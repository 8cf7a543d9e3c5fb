/* The messages of a simulated internet, drawn by their number: when, from whom, to whom, and what they ask of TLS. */
import type { Dice } from './dice.js';
import { domainName, HOME } from './make-domain.js';
import type { Mixture } from './mixture.js';
import { DAY_MS, EPOCH, type MessagePlan } from './plan.js';

export function makeMessage(
  number: number,
  whole: Dice,
  mixture: Mixture,
  { domains, days }: { readonly domains: number; readonly days: number },
): MessagePlan {
  const dice = whole.within('message', number);
  const share = (thousandths: number, ...lot: (string | number)[]) =>
    dice.happens(thousandths * 1000, ...lot);
  const domain = (...lot: (string | number)[]) => {
    // Of several draws the least, so that most mail goes to few domains.
    const drawn = [0, 1].map((each) => dice.below(domains, ...lot, each));
    return domainName(Math.min(...drawn));
  };
  const mailbox = (at: number, where: string) => {
    if (share(mixture.unknownRecipient, 'unknown', at)) return `unknown@${where}`;
    return share(mixture.overQuota, 'full', at) ? `full@${where}` : `u${dice.below(50, 'user', at)}@${where}`;
  };
  const first = domain('to', 0);
  const count = share(mixture.messageSeveral, 'several') ? 2 + dice.below(2, 'count') : 1;
  const to = Array.from({ length: count }, (_, at) =>
    mailbox(at, at === 0 || dice.happens(500_000, 'same', at) ? first : domain('to', at)),
  );
  const sender = share(mixture.messageFromWithin, 'within')
    ? `u1@${domain('from')}`
    : `u${dice.below(50, 'sender')}@${HOME}`;
  const isNull = share(mixture.messageNullSender, 'null');
  const asks = share(mixture.messageRequireTls, 'requiretls')
    ? 'tls'
    : share(mixture.messageTlsOptional, 'optional')
      ? 'optional'
      : 'nothing';
  return {
    number,
    at: EPOCH + dice.below(days * DAY_MS, 'at'),
    from: isNull ? '' : sender,
    to: [...new Set(to)] as unknown as MessagePlan['to'],
    requireTls: asks === 'tls' ? 'yes' : 'no',
    tlsRequired: asks === 'optional' ? 'no' : 'absent',
  };
}
