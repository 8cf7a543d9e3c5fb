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
import type { Ask } from '../../effects/catalog.js';
import {
  type AttemptJournal,
  JOURNAL_FORMAT,
  JOURNAL_VERSION,
  type JournalEntry,
} from '../../effects/journal.js';
import { type Player, simulate } from '../../effects/simulate.js';
import { byDestination, deferAll, parseEnvelope } from '../../engine/attempt-inputs.js';
import { type RecipientReport, reportOf } from '../../engine/recipient-report.js';
import { programs } from '../../machine/programs.js';
import type { AttemptInput } from '../../policy/attempt/types.js';
import type { Mailbox } from '../../policy/names/mailbox.js';
import { chooseRoute } from '../../policy/relay/route.js';
import { settingsOf } from '../../policy/settings.js';
import { differencesFrom } from './expectation.js';
import { mailOf, type ScenarioRun, type StepRun } from './run.js';

export interface SimulationOptions {
  /** When the first step happens, in milliseconds since 1970. Default: noon of 1 January 2026. */
  readonly startedAt?: number;
  /** Which of several open questions is answered next. Default: the first. */
  readonly choose?: (open: readonly Ask[]) => Ask;
}

const NOON = 1_767_268_800_000;

/** Plays a scenario in memory. Pure: the same scenario gives the same run. */
export function simulateScenario(scenario: Scenario, options: SimulationOptions = {}): ScenarioRun {
  const memory = freshMemory();
  const steps: StepRun[] = [];
  let now = options.startedAt ?? NOON;
  let world = scenario.world;
  let addresses: Addresses | undefined;
  let dialled: AttemptInput['dialled'] = {};
  for (const step of scenario.steps) {
    now += step.after ?? 0;
    world = step.change === undefined ? world : applyChange(world, step.change);
    addresses = allocate(world, (index) => `127.0.0.${index + 2}`, addresses);
    memory.connected.clear();
    memory.accepted.length = 0;
    const played = playStep(
      scenario,
      step,
      scriptedWorldOf(scenario, world, now, addresses, memory),
      now,
      dialled,
      options,
    );
    dialled = { ...dialled, ...played.dialled };
    steps.push({ ...played, differences: compare(step, played.results, memory) });
  }
  return { name: scenario.name, steps };
}

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

function playStep(
  scenario: Scenario,
  step: Step,
  world: ReturnType<typeof scriptedWorldOf>,
  now: number,
  dialled: AttemptInput['dialled'],
  { choose }: SimulationOptions,
) {
  const mail = mailOf(step);
  const journals: AttemptJournal[] = [];
  const reports = new Map<Mailbox, RecipientReport>();
  const { from, mailboxes: all } = parseEnvelope(mail, () => '');
  for (const mailboxes of byDestination(all)) {
    const input: AttemptInput = {
      startedAt: now,
      attempt: step.attempt ?? 1,
      destination: mailboxes[0]!.destination,
      recipients: mailboxes.map(({ address }) => address),
      message: { sender: from, ...mail.facts },
      ...chosenFor(scenario, step, { from, mailbox: mailboxes[0]! }),
      ...(mail.dsn === undefined
        ? {}
        : {
            dsn: {
              ...mail.dsn,
              recipients: mailboxes.map((mailbox) => mail.dsn!.recipients[all.indexOf(mailbox)]!),
            },
          }),
      settings: settingsOf('rfc', { privateAddresses: 'allow', ...scenario.settings }),
      dialled,
      purpose: 'deliver',
    };
    const { player, entries } = recordedPlayer(world, now, choose);
    const ended = simulate(programs, input, player);
    const result = ended.kind === 'finished' ? ended.output : deferAll(input);
    journals.push({ input, places: mailboxes.map((mailbox) => all.indexOf(mailbox)), entries, result });
    mailboxes.forEach((mailbox, at) => {
      reports.set(mailbox, reportOf(result, at));
    });
  }
  return {
    results: all.map((mailbox) => reports.get(mailbox)!),
    journal: { format: JOURNAL_FORMAT, version: JOURNAL_VERSION, attempts: journals } as const,
    dialled: Object.assign(
      {},
      ...journals.map(({ result }) => result?.dialled ?? {}),
    ) as AttemptInput['dialled'],
  };
}

function chosenFor(
  { transports = {}, routes = [] }: Scenario,
  { attempt = 1, message }: Step,
  { from, mailbox }: { readonly from: string; readonly mailbox: Mailbox },
): Pick<AttemptInput, 'transport'> {
  if (message.transport === undefined && routes.length === 0) return {};
  const { destination } = mailbox;
  const mail = { destination, from, account: null, attempt, transport: message.transport ?? null };
  return { transport: chooseRoute(mail, routes, transports) };
}

/** A player that also keeps the journal. */
function recordedPlayer(
  world: ReturnType<typeof scriptedWorldOf>,
  now: number,
  choose: SimulationOptions['choose'],
) {
  const entries: JournalEntry[] = [];
  const player: Player = {
    ...(choose === undefined ? {} : { choose }),
    answer(ask) {
      const answer = world.ask(ask as never);
      entries.push({ kind: 'ask', ask });
      entries.push({
        kind: 'answer',
        event: { type: `${ask.type}.answered`, id: ask.id, at: now, answer } as never,
      });
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

function compare(step: Step, results: readonly RecipientReport[], memory: WorldMemory): readonly string[] {
  const witness = {
    connected: memory.connected,
    parameters: memory.accepted.flatMap(({ parameters }) => parameters),
    recipientParameters: memory.accepted.flatMap(({ recipientParameters }) => recipientParameters.flat()),
  };
  return step.expect.flatMap((expected, at) => {
    const report = results[at];
    return report === undefined
      ? [`there is no recipient ${at + 1}`]
      : differencesFrom(expected, report, witness);
  });
}
