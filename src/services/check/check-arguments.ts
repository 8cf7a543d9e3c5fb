import { Clock } from '../../effects/codecs/arguments.codec.js';
import { having, strictObject } from '../../effects/codecs/strict-object.js';
import { anything, callable, oneOf, Signal } from '../../effects/codecs/values.js';
import { checked, MisuseError } from '../../effects/misuse.js';
import { AdaptersCodec, checkSettings, checkText } from '../../engine/check-arguments.js';
import type { DomainFacts } from '../../policy/check/facts.js';
import { parseDnsName } from '../../policy/names/domain-name.js';
import type { CheckOptions } from './asker.js';

const Validation = oneOf('believed', 'not-believed');

const LookCodec = strictObject<CheckOptions>(
  'an object with options',
  { adapters: AdaptersCodec, settings: anything(), signal: Signal, onEntry: callable() },
  ['adapters', 'settings'],
);

const ClockCodec = having<{ readonly clock: () => number }>('an object with options', { clock: Clock });

/** Throws a {@link MisuseError} for what no look at a domain can be made with. */
export function checkLook(
  domain: string,
  options: CheckOptions,
  validation: DomainFacts['validation'],
): void {
  checkText(domain, 'WAXSEAL_BAD_DOMAIN', 'domain');
  if (parseDnsName(domain) !== domain)
    throw new MisuseError(
      'WAXSEAL_BAD_DOMAIN',
      `domain must be a domain name in lower-case A-labels, and is ${JSON.stringify(domain)}`,
    );
  checked(LookCodec, options, 'WAXSEAL_BAD_OPTIONS');
  checkSettings(options.settings);
  checked(Validation, validation, 'WAXSEAL_BAD_OPTIONS', 'validation');
}

/** Throws a {@link MisuseError}. */
export function checkClock(options: { readonly clock: () => number }): void {
  checked(ClockCodec, options, 'WAXSEAL_BAD_OPTIONS');
}
