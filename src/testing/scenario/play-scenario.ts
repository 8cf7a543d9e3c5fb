import type { Scenario, Step } from '../../adapters/scripted/index.js';
import { hostsOf } from '../../adapters/scripted/scenario-contradictions.js';
import type { DeliveryResult, Engine } from '../../engine/engine.js';
import type { AttemptOptions } from '../../engine/options.js';
import { createNodeEngine, nodeAdapters } from '../../node.js';
import type { AttemptInput } from '../../policy/attempt/types.js';
import { DEFAULT_SETTINGS, settingsOf } from '../../policy/settings.js';
import { type Internet, startKnownWorld } from '../internet.js';
import { createPki, type Pki } from '../pki.js';
import { differencesIn, rowsMissing } from './expectation.js';
import { domainOf, mailOf, type ScenarioRun, type StepRun } from './run.js';
import { type Stage, stagedAdapters } from './staged-adapters.js';

/** Milliseconds. Where somebody is never going to answer, waiting for long is no use. */
const IMPATIENT = {
  dnsMs: 1500,
  policyFetchMs: 2500,
  connectMs: 2000,
  greetingMs: 2000,
  commandMs: 4000,
  handshakeMs: 4000,
  mailMs: 4000,
  recipientMs: 4000,
  dataMs: 4000,
  dataBlockMs: 4000,
  endOfDataMs: 6000,
  quitMs: 200,
} as const;
/** Elsewhere everybody answers, and a busy machine is no reason to give up. */
const PATIENT = { ...DEFAULT_SETTINGS.deadlines, dnsMs: 30_000 } as const;

/** Whether somebody in the scenario's worlds is silent for good. */
function hasSilence({ world, steps }: Scenario): boolean {
  return /"(?:silent|timeout)"/.test(JSON.stringify([world, steps.map(({ change }) => change)]));
}

/** Of all scenarios: nothing depends on whose keys they are, and a trust store is read once and not for each. */
let pki: Promise<Pki> | undefined;

/**
 * Plays a scenario over real sockets on loopback, through Node's adapters. Time that is to pass between
 * steps is put on the engine's clock; certificates and name servers keep to the real one.
 */
export async function playScenario(scenario: Scenario): Promise<ScenarioRun> {
  const { world, steps } = scenario;
  const hosts = hostsOf(world, ...steps.map(({ change }) => change ?? {}));
  pki ??= createPki();
  const stage: Stage = { step: steps[0], stop: new AbortController() };
  const dotRead = () => {
    if (stage.step.stop === 'end-of-data') stage.stop.abort();
  };
  const internet = await startKnownWorld(world, hosts, {}, { pki: await pki, dotRead });
  try {
    return { name: scenario.name, steps: await playSteps(scenario, internet, stage) };
  } finally {
    await internet.close();
  }
}

async function playSteps(scenario: Scenario, internet: Internet, stage: Stage): Promise<readonly StepRun[]> {
  const isImpatient = hasSilence(scenario);
  const settings = settingsOf('rfc', {
    privateAddresses: 'allow',
    deadlines: isImpatient ? IMPATIENT : PATIENT,
    ...scenario.settings,
    port: internet.port,
    httpsPort: internet.httpsPort,
  });
  let passed = 0;
  const own = {
    ca: [internet.caPem],
    secretOf: (account: string) => scenario.passwords?.[account] ?? null,
    // The world may change between steps while no time passes.
    dnsCache: 'off',
    resolver: { servers: [internet.resolver], timeoutMs: isImpatient ? 750 : 10_000, attempts: 2 },
  } as const;
  const engine = createNodeEngine({
    ...own,
    settings,
    clock: () => Date.now() + passed,
    ...(scenario.transports === undefined ? {} : { transports: scenario.transports }),
    ...(scenario.routes === undefined ? {} : { routes: scenario.routes }),
    adapters: stagedAdapters(
      {
        ...nodeAdapters(own),
        // As in the simulation: hosts of equal preference keep their order.
        'random.draw': async ({ count }) => ({ values: new Array<number>(count).fill(0) }),
      },
      stage,
    ),
  });
  const steps: StepRun[] = [];
  let dialled: AttemptInput['dialled'] = {};
  let before = countsOf(scenario, internet);
  for (const step of scenario.steps) {
    passed += step.after ?? 0;
    if (step.change !== undefined) await internet.change(step.change);
    Object.assign(stage, { step, stop: new AbortController() });
    const { results, journal, attempts } = await playStep(engine, step, {
      attempt: step.attempt ?? 1,
      ...(step.message.transport === undefined ? {} : { transport: step.message.transport }),
      ...(step.deadlineMs === undefined ? {} : { deadlineMs: step.deadlineMs }),
      signal: stage.stop.signal,
      dialled,
    });
    dialled = Object.assign(
      { ...dialled },
      ...attempts.map((attempt) => attempt.dialled),
    ) as AttemptInput['dialled'];
    const after = countsOf(scenario, internet);
    const differences = [...compare(step, results, before, after), ...rowsMissing(step.rows, journal)];
    steps.push({ results, journal, differences });
    before = after;
  }
  return steps;
}

async function playStep(
  engine: Engine,
  step: Step,
  options: AttemptOptions,
): Promise<Pick<DeliveryResult, 'results' | 'journal' | 'attempts'>> {
  if (step.purpose === 'refresh-policy') {
    const { signal, deadlineMs } = options;
    const { journal } = await engine.policy(
      domainOf(step),
      { purpose: 'refresh' },
      { ...(signal && { signal }), ...(deadlineMs !== undefined && { deadlineMs }) },
    );
    return { results: [], attempts: [], journal };
  }
  const mail = mailOf(step);
  return step.purpose === 'explain'
    ? engine.explain(domainOf(step), { from: mail.from, facts: mail.facts }, options)
    : engine.deliver(mail, options);
}

interface Counts {
  readonly connections: ReadonlyMap<string, number>;
  readonly parameters: readonly string[];
  readonly recipientParameters: readonly string[];
}

function countsOf(scenario: Scenario, internet: Internet): Counts {
  const ids = new Set(Object.keys(scenario.world.mail ?? {}));
  for (const step of scenario.steps) for (const id of Object.keys(step.change?.mail ?? {})) ids.add(id);
  const known = [...ids].filter((id) => isKnown(internet, id));
  return {
    connections: new Map(known.map((id) => [id, internet.connections(id)])),
    parameters: known.flatMap((id) => internet.received(id).flatMap(({ parameters }) => parameters)),
    recipientParameters: known.flatMap((id) =>
      internet.received(id).flatMap(({ recipientParameters }) => recipientParameters.flat()),
    ),
  };
}

/** A host that a later step adds is not there yet. */
function isKnown(internet: Internet, id: string): boolean {
  try {
    internet.addressOf(id);
    return true;
  } catch {
    return false;
  }
}

function compare(step: Step, results: StepRun['results'], before: Counts, after: Counts): readonly string[] {
  const connected = [...after.connections]
    .filter(([id, count]) => count > (before.connections.get(id) ?? 0))
    .map(([id]) => id);
  const witness = {
    connected: new Set(connected),
    parameters: after.parameters,
    recipientParameters: after.recipientParameters,
  };
  return differencesIn(step, results, witness);
}
