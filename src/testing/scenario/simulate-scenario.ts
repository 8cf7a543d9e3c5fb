import {
  type Addresses,
  allocate,
  applyChange,
  freshMemory,
  type Scenario,
  type Step,
  scriptedWorld,
  type WorldMemory,
} from '../../adapters/scripted/index.js';
import type { AnswerOf, Ask } from '../../effects/catalog.js';
import {
  type AttemptJournal,
  JOURNAL_FORMAT,
  JOURNAL_VERSION,
  type Journal,
  type JournalEntry,
} from '../../effects/journal.js';
import { type Player, simulate } from '../../effects/simulate.js';
import { byDestination, deferAll, parseEnvelope } from '../../engine/attempt-inputs.js';
import { dsnOf } from '../../engine/job.js';
import { parkIfRefused, type RelayRefusals, rememberRefusal } from '../../engine/parked-relays.js';
import { type RecipientReport, reportsOf } from '../../engine/recipient-report.js';
import { programs } from '../../machine/programs.js';
import type { AttemptInput } from '../../policy/attempt/types.js';
import type { Mailbox } from '../../policy/names/mailbox.js';
import { chooseRoute } from '../../policy/relay/route.js';
import { PLAIN_FACTS } from '../../policy/require-tls/message.js';
import { settingsOf } from '../../policy/settings.js';
import { differencesIn, rowsMissing } from './expectation.js';
import { domainOf, mailOf, type ScenarioRun, type StepRun } from './run.js';

export interface SimulationOptions {
  /** When the first step happens, in milliseconds since 1970. Default: noon of 1 January 2026. */
  readonly startedAt?: number;
  /** Which of several open questions is answered next. Default: the first. */
  readonly choose?: (open: readonly Ask[]) => Ask;
}

const NOON = 1_767_268_800_000;

/** Plays a scenario in memory. Pure: the same scenario gives the same run. */
export function simulateScenario(scenario: Scenario, options: SimulationOptions = {}): ScenarioRun {
  return { name: scenario.name, steps: [...simulateSteps(scenario, options)] };
}

/** The same step by step, for who cannot wait for thousands: none is played before it is asked for. */
export function* simulateSteps(scenario: Scenario, options: SimulationOptions = {}): Generator<StepRun> {
  const memory = freshMemory();
  let now = options.startedAt ?? NOON;
  let { world } = scenario;
  let addresses = allocate(world, blockAt);
  let dialled: AttemptInput['dialled'] = {};
  const refusedAt: RelayRefusals = new Map();
  for (const step of scenario.steps) {
    now += step.after ?? 0;
    if (step.change !== undefined) {
      world = applyChange(world, step.change);
      addresses = allocate(world, blockAt, addresses);
    }
    memory.connected.clear();
    memory.accepted.length = 0;
    const stage = {
      ...{ scenario, step, now, dialled, refusedAt, options },
      world: scriptedWorldOf(scenario, world, now, addresses, memory),
    };
    const { results, journal, dialled: also } = playStep(stage);
    dialled = { ...dialled, ...also };
    const differences = [...compare(step, results, memory), ...rowsMissing(step.rows, journal)];
    yield { results, journal, differences };
  }
}

const blockAt = (index: number) => `127.0.0.${index + 2}`;

function scriptedWorldOf(
  scenario: Scenario,
  world: Scenario['world'],
  now: number,
  addresses: Addresses,
  memory: WorldMemory,
) {
  const { port } = settingsOf('rfc', scenario.settings);
  return scriptedWorld(world, { port, now, addresses, memory, passwords: scenario.passwords ?? {} });
}

/** A step, and all that it meets. */
interface Stage {
  readonly scenario: Scenario;
  readonly step: Step;
  readonly now: number;
  readonly dialled: AttemptInput['dialled'];
  /** Is added to. */
  readonly refusedAt: RelayRefusals;
  readonly options: SimulationOptions;
  readonly world: ReturnType<typeof scriptedWorldOf>;
}

function playStep(stage: Stage) {
  const { step } = stage;
  return step.purpose === 'refresh-policy' ? playRefresh(stage) : playMail(stage);
}

function playRefresh(stage: Stage) {
  const { scenario, step, now } = stage;
  const { mailboxes } = parseEnvelope({ from: '', to: [`postmaster@${domainOf(step)}`] }, () => '');
  const input: AttemptInput = {
    startedAt: now,
    attempt: 1,
    destination: mailboxes[0]!.destination,
    recipients: [],
    message: { ...PLAIN_FACTS, sender: '' },
    settings: settingsFor(scenario),
    dialled: {},
    purpose: 'refresh-policy',
    ...deadlineOf(stage),
  };
  return { results: [], journal: journalOf([playAttempt(stage, input, [])]), dialled: {} };
}

function playMail(stage: Stage) {
  const { scenario, step, now, dialled, refusedAt } = stage;
  const mail = mailOf(step);
  const journals: AttemptJournal[] = [];
  const results: RecipientReport[] = [];
  const { from, mailboxes: all } = parseEnvelope(mail, () => '');
  for (const { mailboxes, places } of byDestination(all)) {
    const input: AttemptInput = {
      startedAt: now,
      attempt: step.attempt ?? 1,
      destination: mailboxes[0]!.destination,
      recipients: mailboxes.map(({ address }) => address),
      message: { sender: from, ...mail.facts },
      ...chosenFor(stage, { from, mailbox: mailboxes[0]! }),
      ...(mail.dsn === undefined ? {} : { dsn: dsnOf(mail.dsn, places) }),
      settings: settingsFor(scenario),
      dialled,
      purpose: step.purpose === 'explain' ? 'explain' : 'deliver',
      ...deadlineOf(stage),
    };
    const { result, ...played } = playAttempt(stage, input, places);
    journals.push({ ...played, result });
    if (input.transport !== undefined)
      rememberRefusal(refusedAt, input.transport.name, result.recipients, now);
    reportsOf(result).forEach((report, at) => {
      results[places[at]!] = report;
    });
  }
  return {
    results,
    journal: journalOf(journals),
    dialled: Object.assign(
      {},
      ...journals.map(({ result }) => result?.dialled ?? {}),
    ) as AttemptInput['dialled'],
  };
}

function settingsFor({ settings }: Scenario) {
  return settingsOf('rfc', { privateAddresses: 'allow', ...settings });
}

function deadlineOf({ step: { deadlineMs }, now }: Stage): Pick<AttemptInput, 'deadlineAt'> {
  return deadlineMs === undefined ? {} : { deadlineAt: now + deadlineMs };
}

function journalOf(attempts: readonly AttemptJournal[]): Journal {
  return { format: JOURNAL_FORMAT, version: JOURNAL_VERSION, attempts };
}

function playAttempt(stage: Stage, input: AttemptInput, places: readonly number[]) {
  const { player, entries } = recordedPlayer(stage);
  const ended = simulate(programs, input, player);
  return { input, places, entries, result: ended.kind === 'finished' ? ended.output : deferAll(input) };
}

function chosenFor(
  { scenario: { transports = {}, routes = [] }, step: { attempt = 1, message }, refusedAt, now }: Stage,
  { from, mailbox }: { readonly from: string; readonly mailbox: Mailbox },
): Pick<AttemptInput, 'transport'> {
  if (message.transport === undefined && routes.length === 0) return {};
  const { destination } = mailbox;
  const mail = { destination, from, account: null, attempt, transport: message.transport ?? null };
  return { transport: parkIfRefused(chooseRoute(mail, routes, transports), refusedAt, now) };
}

/** A player that also keeps the journal. */
function recordedPlayer({ world, now, step, options: { choose } }: Stage) {
  const entries: JournalEntry[] = [];
  const answerTo = stoppable(world, step);
  const player: Player = {
    ...(choose === undefined ? {} : { choose }),
    answer(ask) {
      const answer = answerTo(ask);
      const event =
        answer === 'aborted'
          ? ({ type: 'aborted', id: ask.id, at: now } as const)
          : ({ type: `${ask.type}.answered`, id: ask.id, at: now, answer } as never);
      entries.push({ kind: 'ask', ask }, { kind: 'answer', event });
      return { at: now, answer };
    },
    beginRun(id, host) {
      world.beginRun();
      entries.push({ kind: 'run', id, host });
    },
    endRun(id) {
      entries.push({ kind: 'end', id, at: now });
      return now;
    },
  };
  return { player, entries };
}

type Asked = Parameters<Player['answer']>[0];
type Given = ReturnType<Player['answer']>['answer'];

/** The world's answers, until the step is stopped; from then on nobody waits for any. */
function stoppable(world: Stage['world'], { stop, policyCache }: Step): (ask: Asked) => Given {
  let isStopped = false;
  return (ask) => {
    if (ask.type === 'smtp.quit') return isStopped ? { kind: 'closed' } : world.ask(ask);
    if (isStopped) return 'aborted';
    if (ask.type === stop) {
      isStopped = true;
      return ask.type === 'smtp.send'
        ? { ...NOTHING_HEARD, recipients: ask.recipients.map(() => null) }
        : 'aborted';
    }
    if (ask.type === 'policy-cache.read' && policyCache === 'unreadable') return { kind: 'unreadable' };
    const answer = world.ask(ask as never) as Given;
    if (ask.type !== 'smtp.send' || stop !== 'end-of-data') return answer;
    const sent = answer as AnswerOf<'smtp.send'>;
    if (sent.data?.code !== 354) return answer;
    isStopped = true;
    return { ...sent, end: null, lost: 'aborted', dotSent: 'yes' };
  };
}

const NOTHING_HEARD = { mail: null, data: null, end: null, lost: 'aborted' } as const;

function compare(step: Step, results: readonly RecipientReport[], memory: WorldMemory): readonly string[] {
  const witness = {
    connected: memory.connected,
    parameters: memory.accepted.flatMap(({ parameters }) => parameters),
    recipientParameters: memory.accepted.flatMap(({ recipientParameters }) => recipientParameters.flat()),
  };
  return differencesIn(step, results, witness);
}
