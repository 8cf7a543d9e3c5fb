import type { CachedPolicy, FetchFailure } from '../../policy/mta-sts/policy.js';
import type { MailHost } from './world.js';

/** What outlives a step: the policy cache, and what the mail hosts saw. */
export interface WorldMemory {
  readonly policies: Map<
    string,
    { readonly cached: CachedPolicy | null; readonly failure: FetchFailure | null }
  >;
  /** IDs of mail hosts that were connected to (where something listens). */
  readonly connected: Set<string>;
  /** How often each has been connected to since the world has it. */
  readonly connections: WeakMap<MailHost, number>;
  /** Messages that mail hosts took, in order. */
  readonly accepted: AcceptedMessage[];
}

export interface AcceptedMessage {
  /** ID of the mail host. */
  readonly host: string;
  readonly sender: string;
  readonly parameters: readonly string[];
  /** Those that were accepted. */
  readonly recipients: readonly string[];
  /** Parameters of RCPT, for each of them. */
  readonly recipientParameters: readonly (readonly string[])[];
  readonly tls: 'yes' | 'no';
}

/** The memory of a world in which nothing has happened yet. */
export function freshMemory(): WorldMemory {
  return { policies: new Map(), connected: new Set(), connections: new WeakMap(), accepted: [] };
}
