/* What is asked of the engine for one message, and what each attempt at it begins with. */
import { MisuseError } from '../effects/misuse.js';
import type { AttemptInput } from '../policy/attempt/types.js';
import type { DsnRequest } from '../policy/dsn/request.js';
import type { Destination } from '../policy/mx/candidate.js';
import type { Mailbox } from '../policy/names/mailbox.js';
import { chooseRoute } from '../policy/relay/route.js';
import { DEFAULT_SETTINGS } from '../policy/settings.js';
import type { Group } from './attempt-inputs.js';
import type { Made } from './made.js';
import type { AttemptOptions, EngineOptions, OutboundMail } from './options.js';
import { parkIfRefused } from './parked-relays.js';

export type Job = OutboundMail & {
  readonly mailboxes: readonly Mailbox[];
  readonly purpose: 'deliver' | 'explain';
};

export function inputOf(
  options: Made,
  job: Job,
  { mailboxes, places }: Group,
  attemptOptions: AttemptOptions,
): AttemptInput {
  const { settings = DEFAULT_SETTINGS, clock } = options;
  const { attempt = 1, dialled = {} } = attemptOptions;
  const { destination } = mailboxes[0]!;
  return {
    startedAt: clock(),
    attempt,
    destination,
    recipients: mailboxes.map(({ address }) => address),
    message: { ...job.facts, sender: job.from },
    ...transportOf(options, job, destination, attemptOptions),
    ...(job.dsn === undefined ? {} : { dsn: dsnOf(job.dsn, places) }),
    settings,
    dialled,
    purpose: job.purpose,
  };
}

/** Of those who stand at these places. */
export function dsnOf(dsn: DsnRequest, places: readonly number[]): DsnRequest {
  return { ...dsn, recipients: places.map((place) => dsn.recipients[place]!) };
}

/** Nobody chooses where there is nothing to choose from. */
function transportOf(
  { transports = {}, routes = [], clock, refusedAt }: Made,
  job: Job,
  destination: Destination,
  { attempt = 1, transport, account }: AttemptOptions,
): Pick<AttemptInput, 'transport'> {
  if (transport === undefined && routes.length === 0) return {};
  const mail = {
    destination,
    from: job.from,
    account: account ?? null,
    attempt,
    transport: transport ?? null,
  };
  const chosen = chooseRoute(mail, routes, transports);
  return { transport: parkIfRefused(chosen, refusedAt, clock()) };
}

/** Counted from now, for all that is asked for at once. Throws a {@link MisuseError} where nothing could keep it. */
export function deadlineOf(
  { clock, wait, deadlineMs: usual }: EngineOptions,
  { deadlineMs = usual }: AttemptOptions,
): Pick<AttemptInput, 'deadlineAt'> {
  if (deadlineMs === undefined) return {};
  if (wait === undefined)
    throw new MisuseError('WAXSEAL_BAD_OPTIONS', 'deadlineMs cannot be kept without the option wait');
  return { deadlineAt: clock() + deadlineMs };
}
