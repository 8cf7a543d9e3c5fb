import type { EffectName } from '../../effects/catalog.js';
import type { DsnRequest } from '../../policy/dsn/request.js';
import type { Route } from '../../policy/relay/route.js';
import type { Transports } from '../../policy/relay/transport.js';
import type { Settings } from '../../policy/settings.js';
import type { TlsReportPolicy } from '../../policy/tls-report/tally.js';
import type { World } from './world.js';

/** A story: a world, the messages sent into it one after the other, and how each is expected to end. */
export interface Scenario {
  /** For editors: where the schema of such files is, `waxseal/scenario.schema.json` of the package. */
  readonly $schema?: string;
  readonly name: string;
  /** Requirement ids that the story touches. */
  readonly refs?: readonly string[];
  /** Requirement ids that the story shows: a sender that breaks one ends it otherwise than expected. */
  readonly shows?: readonly string[];
  readonly world: World;
  readonly settings?: Partial<Settings>;
  /** Ways that mail may take, by name, which of them it takes, and the passwords for them. */
  readonly transports?: Transports;
  readonly routes?: readonly Route[];
  readonly passwords?: Readonly<Record<string, string>>;
  /** What is learned by one step (cached policies, dialled addresses) is known to the next. */
  readonly steps: readonly [Step, ...Step[]];
}

export interface Step {
  /** Changes to the world before the step: entries replaced by name, or removed by null. */
  readonly change?: {
    readonly [K in 'dns' | 'mail' | 'policy']?: {
      readonly [name: string]: NonNullable<World[K]>[string] | null;
    };
  };
  /**
   * Milliseconds that pass before the step, or by which the clock is set back where it is below 0; over sockets on the engine's clock
   * only.
   */
  readonly after?: number;
  /** What the sender can make of the policies that it keeps, in this step. Default: it reads them. */
  readonly policyCache?: 'unreadable';
  /**
   * `explain` goes as far as EHLO under TLS, as for a message to postmaster at the domain of the first recipient, and sends nothing.
   * `refresh-policy` renews the policy of that domain, connects to no mail host and has no result. Default: deliver.
   */
  readonly purpose?: 'deliver' | 'explain' | 'refresh-policy';
  readonly message: {
    /** Default: sender@sender.example. "" is the null sender. */
    readonly from?: string;
    readonly to: readonly [string, ...string[]];
    readonly requireTls?: boolean;
    /** Adds the header field `TLS-Required: No`. */
    readonly tlsRequiredNo?: boolean;
    /** The text has octets beyond ASCII. */
    readonly eightBit?: boolean;
    readonly report?: 'none' | 'dmarc' | 'tls';
    /** The name of the transport that is asked for. */
    readonly transport?: string;
    /** What is asked for about notices. */
    readonly dsn?: DsnRequest;
  };
  /** Default 1. */
  readonly attempt?: number;
  /** The sender is stopped, as by a signal that aborts, when it comes to this. The message goes to one domain then. */
  readonly stop?: StopAt;
  /** The time that the step may take, in milliseconds. In memory everybody answers at once. */
  readonly deadlineMs?: number;
  /** Rows that must be among the decisions of the step, whoever they speak of. */
  readonly rows?: readonly string[];
  /** One for each recipient, in order. What is not given is not compared. */
  readonly expect: readonly Expectation[];
}

/** A question of the sender, as it stands in a journal, or the time between the final dot of a message and the reply to it. */
export type StopAt = Exclude<EffectName, 'host.run' | 'smtp.quit'> | 'end-of-data';

export interface Expectation {
  readonly outcome: 'delivered' | 'deferred' | 'bounced';
  /** Exact ("4.7.5") or a prefix that ends in ".x" ("2.x", "4.7.x"). */
  readonly status?: string;
  readonly tls?: 'yes' | 'no';
  readonly authentication?: 'none' | 'pkix' | 'dane' | 'dane+pkix';
  readonly cleartextRetry?: boolean;
  readonly requireTls?: boolean;
  readonly mxSecure?: boolean;
  /** The host that was last judged; null: none. */
  readonly mx?: string | null;
  /** Rows that must be among the decisions. */
  readonly rows?: readonly string[];
  /** The row that must have decided for the recipient. */
  readonly because?: string;
  /** Mail hosts (by ID) that must not have been connected to. */
  readonly notConnected?: readonly string[];
  /** MAIL parameters that the accepting host must have seen, e.g. REQUIRETLS. */
  readonly mailParameters?: readonly string[];
  /** RCPT parameters that the accepting host must have seen, e.g. NOTIFY=NEVER; none: it must have seen none. */
  readonly recipientParameters?: readonly string[];
  /** Who answers for notices; null: nobody asked for any. */
  readonly handedOn?: 'passed-on' | 'relayed' | null;
  /** Each must be contained in the tally: the given fields equal, of `details` each contained. None: the tally is empty. */
  readonly reports?: readonly (Partial<Omit<TlsReportPolicy, 'details'>> & {
    readonly details?: readonly Partial<TlsReportPolicy['details'][number]>[];
  })[];
}
