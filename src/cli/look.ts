/*
 * What `check` and `tlsa` have in common: how the world is reached by somebody who only looks.
 */
import { trustsAd } from '../adapters/node/index.js';
import type { DomainFacts } from '../policy/check/facts.js';
import { DEFAULT_SETTINGS } from '../policy/settings.js';
import type { CheckOptions } from '../services/check/gather-domain.js';
import type { ValuesOf } from './arguments.js';
import { Deadline } from './deadline.js';
import { checkPlaces } from './kept-state.js';
import type { REACH_OPTIONS } from './options.js';
import { showProgress } from './progress.js';
import { readDnssec, readResolver, systemConfig } from './resolver.js';
import { readSettings } from './settings.js';
import { readTrustAnchors } from './trust-anchors.js';

type LookValues = Omit<ValuesOf<typeof REACH_OPTIONS>, 'port'> & { readonly port?: string | undefined };

/** What somebody who only looks takes and has no use for. */
export const LOOK_IDLE_HELP = `\
  --no-cleartext-retry, --state DIR, --database URL
                         taken as by "waxseal deliver"; they make no difference
`;

/** Somebody waits in front of a terminal: shorter than what a sender of mail must grant. */
const DEADLINES = {
  ...DEFAULT_SETTINGS.deadlines,
  greetingMs: 30_000,
  commandMs: 30_000,
  handshakeMs: 30_000,
};

export interface Look {
  readonly options: CheckOptions;
  readonly validation: DomainFacts['validation'];
  /** What comes of the look, or a CommandError when its time is up. */
  within<T>(work: Promise<T>): Promise<T>;
  /** Takes the progress line away, and waits for nothing any more. */
  done(): void;
}

/** Throws a CommandError. */
export async function readLook(values: LookValues): Promise<Look> {
  checkPlaces(values);
  const settings = { ...(await readSettings(values)), deadlines: DEADLINES };
  const resolver =
    (await readResolver(values.resolver, values['trust-ad'] === true)) ?? (await systemConfig());
  const dnssec = await readDnssec(values);
  const ca = values.ca === undefined ? {} : { ca: await readTrustAnchors(values.ca) };
  // Loaded late: it takes longer than finding out that something is missing.
  const { nodeAdapters } = await import('../node.js');
  const deadline = new Deadline(values.deadline);
  const progress = showProgress();
  return {
    options: {
      adapters: deadline.watch(nodeAdapters({ resolver, dnssec, ...ca })),
      settings,
      signal: deadline.signal,
      onEntry: (entry) => progress.note(entry),
    },
    validation: dnssec !== 'resolver' || trustsAd(resolver) ? 'believed' : 'not-believed',
    within: (work) => deadline.within(work),
    done: () => {
      deadline.clear();
      progress.clear();
    },
  };
}
