import { Clock, Count, TimeMs } from '../../effects/codecs/arguments.codec.js';
import { strictObject } from '../../effects/codecs/strict-object.js';
import { anything, callable, such } from '../../effects/codecs/values.js';
import { checked } from '../../effects/misuse.js';
import type { Adapters } from '../../effects/ports.js';
import { AdaptersCodec, checkSettings } from '../../engine/check-arguments.js';
import { parsePostfixVersion } from '../../policy/postfix/postfix-version.js';
import type { Settings } from '../../policy/settings.js';
import type { PolicyAnswer } from './look-up.js';

export interface PolicyMapOptions {
  /** Who is asked: `nodeAdapters()`, for instance. They are not closed with the map. */
  readonly adapters: Adapters;
  /** Default: the profile `rfc`. */
  readonly settings?: Settings;
  /** The version of Postfix that asks, as `postconf mail_version` has it; default 3.7. It is told no attribute that it does not know. */
  readonly postfixVersion?: string;
  /** How long Postfix waits for what is not known yet, in milliseconds, before it is told to try again; default 90,000. Postfix itself waits 100 s. */
  readonly deadlineMs?: number;
  /** Next hops remembered at most; default 100,000. */
  readonly entriesMax?: number;
  /** Lookups under way at once; default 100. */
  readonly concurrency?: number;
  /** Clients at once; default 1,000. */
  readonly connectionsMax?: number;
  /** Milliseconds since 1970; default: the system's. */
  readonly clock?: () => number;
  /** Told of every answer that differs from the one before. */
  readonly onAnswer?: (answer: PolicyAnswer) => void;
  /** Told of what went wrong here. */
  readonly onFault?: (message: string) => void;
}

const OptionsCodec = strictObject<PolicyMapOptions>(
  'an object with options',
  {
    adapters: AdaptersCodec,
    settings: anything(),
    postfixVersion: such(
      'a version of Postfix that knows DANE, like 3.7, from 2.11 on',
      (value): value is string => typeof value === 'string' && parsePostfixVersion(value) !== null,
    ),
    deadlineMs: TimeMs,
    entriesMax: Count,
    concurrency: Count,
    connectionsMax: Count,
    clock: Clock,
    onAnswer: callable(),
    onFault: callable(),
  },
  ['adapters'],
);

/** Throws a {@link MisuseError} for options that no map can be made with. */
export function checkMapOptions(options: PolicyMapOptions): void {
  checked(OptionsCodec, options, 'WAXSEAL_BAD_OPTIONS');
  if (options.settings !== undefined) checkSettings(options.settings);
}
