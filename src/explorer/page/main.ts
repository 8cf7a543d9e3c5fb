/* The page: facts on one side, what becomes of the message on the other. Nothing leaves it. */
import type { Scenario } from '../../adapters/scripted/index.js';
import { parseScenario } from '../../adapters/scripted/scenario.codec.js';
import { parseJournal, printJournal } from '../../effects/codecs/journal.codec.js';
import { errorText } from '../../effects/error-text.js';
import type { Journal } from '../../effects/journal.js';
import type { ExplainedReport } from '../../engine/explain-delivery.js';
import { noticeFor } from '../notice.js';
import { othersIn, othersOn } from '../others.js';
import { verdictOf } from '../outcome.js';
import { pack, unpack } from '../packed.js';
import {
  doubtsOf,
  type Otherwise,
  otherwise,
  type Played,
  pathOf,
  play,
  playedFrom,
  playWithPauses,
} from '../play.js';
import {
  type Change,
  type Facts,
  parseFacts,
  parseQuestion,
  parseRecord,
  printRecord,
  printShown,
  scenarioOf,
  withChange,
} from '../state.js';
import { recipientOf, recipientsIn, recordedIn, supposed } from '../supposed.js';
import { compareTold, NOTHING_TURNED, sayTurned, type Told, type Turned } from '../turned.js';
import { noticePanel, othersPanel, smallestPanel } from './asked-panels.js';
import { controls, setControls } from './controls.js';
import { byId, h } from './dom.js';
import {
  changesPanel,
  decisionsPanel,
  journalPanel,
  outcomePanel,
  pathPanel,
  planPanel,
  reportsPanel,
  turnedPanel,
} from './panels.js';

/** What is shown: facts that can be turned, or what a file told. */
type Shown = ShownFacts | ShownRecord;

interface ShownFacts {
  readonly kind: 'facts';
  readonly facts: Facts;
  readonly played: Played;
  /** What they were turned from; null: they are a beginning. */
  readonly before: Told | null;
}

interface ShownRecord {
  readonly kind: 'record';
  readonly name: string;
  readonly played: Played;
  /** As it stands in the address; null: it does not. */
  readonly packed: string | null;
}

const fragment = () => location.hash.slice(1);
const putIntoAddress = (told: string) => history.replaceState(null, '', `#${told}`);
let shown: Shown = shownOf(parseFacts(fragment()), null);

function shownOf(facts: Facts, before: Told | null): ShownFacts {
  return { kind: 'facts', facts, before, played: play(scenarioOf(facts)) };
}

function toldOf({ facts, played }: ShownFacts): Told {
  return { facts, report: played.reports[0]! };
}

function choose(facts: Facts, before: Told | null): void {
  putIntoAddress(printShown(facts, 1));
  shown = shownOf(facts, before);
  render();
}

/** One fact otherwise; what it changes is marked. */
function turn(change: Pick<Change, 'choice' | 'word'>): void {
  if (shown.kind === 'facts') choose(withChange(shown.facts, change), toldOf(shown));
}

/** The one that is looked at, from 1. */
let question = 1;

/** Of a record that is not in the address no place in it is. */
function lookAt(at: number): void {
  question = at;
  if (shown.kind === 'facts') putIntoAddress(printShown(shown.facts, at));
  else if (shown.packed !== null) putIntoAddress(printRecord(shown.packed, at));
}

/** A panel that takes many plays, in its place once the rest is to be seen, unless something else is shown by then. */
function later(panel: () => HTMLElement): HTMLElement {
  const place = h('section', { 'aria-busy': 'true' });
  setTimeout(() => {
    if (place.isConnected) place.replaceWith(orExcuse(panel));
  });
  return place;
}

/** A record can be made up so that something cannot be made of it. */
function orExcuse(panel: () => HTMLElement): HTMLElement {
  try {
    return panel();
  } catch (cause) {
    return h('section', {}, h('p', {}, `Nothing can be made of it here: ${errorText(cause)}`));
  }
}

function render(): void {
  const { played } = shown;
  const isFacts = shown.kind === 'facts';
  say(shown.kind === 'facts' ? '' : [`Shown is ${shown.name}.`, ...doubtsOf(played.journal)].join(' '));
  byId('facts').hidden = !isFacts;
  byId('back').hidden = isFacts;
  byId('share').hidden = isFacts;
  byId('turned').hidden = !isFacts;
  if (shown.kind === 'facts') setControls(shown.facts);
  const turned = shown.kind === 'facts' ? tellTurned(shown) : NOTHING_TURNED;
  const { reports, journal } = played;
  const open = [...document.querySelectorAll('details.decision[open] > summary > b')].map(
    (b) => b.textContent ?? '',
  );
  byId('result').replaceChildren(
    ...reports.map((report, at) => outcomePanel(report, turned, at + 1)),
    ...domainsOf(played).flatMap((report) => planPanel(report, turned) ?? []),
    ...(reports.length === 0 ? [h('p', {}, 'The record ends before anything was decided.')] : []),
    ...(shown.kind === 'facts' && reports[0] !== undefined
      ? [later(otherwisePanel(shown.facts, reports[0].outcome))]
      : smallestPanels(played)),
    // Whoever opens a record wants to step through it; of facts, what others make of them comes first.
    ...(isFacts ? [] : [questionsPanel(shown)]),
    later(othersOf(shown, journal)),
    ...recipientsIn(journal).flatMap(
      (each, at) => noticePanel(recipientOf(each), noticeFor(each), at + 1) ?? [],
    ),
    pathPanel(pathOf(journal)),
    ...domainsOf(played).flatMap((report) => [reportsPanel(report), decisionsPanel(report, turned, open)]),
    ...(isFacts ? [questionsPanel(shown)] : []),
  );
}

function smallestPanels({ journal, reports }: Played): readonly HTMLElement[] {
  const recorded = recordedIn(journal, reports);
  return reports.flatMap(
    (report, at) => smallestPanel(report, at + 1, (change) => supposed(recorded[at]!, change)) ?? [],
  );
}

function questionsPanel(of: Shown): HTMLElement {
  question = of.kind === 'facts' || of.packed !== null ? parseQuestion(fragment()) : 1;
  return journalPanel(of.played.journal, question, lookAt);
}

/** Says and lists what the turned fact has changed; of a beginning, what comes of it. */
function tellTurned(of: ShownFacts): Turned {
  const now = toldOf(of);
  const turned = of.before === null ? NOTHING_TURNED : compareTold(of.before, now);
  byId('told').textContent =
    of.before === null
      ? `${verdictOf(now.report)}. Turn a fact, and what it changes is told here and marked below.`
      : sayTurned(turned, now.report);
  byId('every-change').replaceChildren(
    ...[turnedPanel(turned, 'the turned fact')].flatMap((panel) => panel ?? []),
  );
  return turned;
}

/** The button that took it is gone then, and with it the place of whoever works by keys. */
function take(change: Otherwise): void {
  turn(change);
  document.querySelector<HTMLElement>('.outcome h2')?.focus();
}

function otherwisePanel(facts: Facts, outcome: ExplainedReport['outcome']): () => HTMLElement {
  return () => changesPanel(otherwise(facts, outcome), take);
}

function othersOf(of: Shown, journal: Journal): () => HTMLElement {
  return () => othersPanel(of.kind === 'facts' ? othersIn(scenarioOf(of.facts)) : othersOn(journal));
}

/** Recipients of one domain share their decisions. */
function domainsOf({ reports }: Played) {
  return reports.filter(({ domain }, at) => reports.findIndex((each) => each.domain === domain) === at);
}

function say(text: string): void {
  byId('source').textContent = text;
}

/** A journal or a scenario; what is neither is said, and what is shown stays. */
function showText(name: string, text: string): void {
  const journal = parseJournal(text);
  const scenario = journal.ok ? null : parseScenario(text);
  if (journal.ok) showRecord(name, () => playedFrom(journal.value), null);
  else if (scenario?.ok) showPlayed(name, scenario.scenario);
  else say(`${name} is neither a journal nor a scenario: ${firstProblem(journal.problems)}`);
}

/** The one that was opened last. */
let playing: Scenario | null = null;
/** Less than anybody notices. */
const STRETCH_MS = 10;

/** What a scenario of thousands of steps comes to takes a while, in which something else may be asked for. */
async function showPlayed(name: string, scenario: Scenario): Promise<void> {
  playing = scenario;
  const before = shown;
  let since = performance.now();
  const pause = async () => {
    if (performance.now() - since < STRETCH_MS) return;
    say(`${name} is being played.`);
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  };
  const played = await playWithPauses(scenario, pause).then(
    (ready) => () => ready,
    (cause: unknown) => () => {
      throw cause;
    },
  );
  if (playing === scenario && shown === before) showRecord(name, played, null);
}

/** The record that the address holds. It may be from a stranger. */
async function showPacked(packed: string): Promise<void> {
  const unpacked = await unpack(packed);
  // The address may be another one by then.
  if (parseRecord(fragment()) !== packed) return;
  const journal = unpacked.ok ? parseJournal(unpacked.text) : null;
  if (journal?.ok) return showRecord('the record in the address', () => playedFrom(journal.value), packed);
  const why = unpacked.ok ? `is no journal: ${firstProblem(journal!.problems)}` : unpacked.why;
  render();
  say(`What the address holds ${why}.`);
}

/** What is a record by its form can still be one that nothing can be made of. */
function showRecord(name: string, played: () => Played, packed: string | null): void {
  const before = shown;
  try {
    shown = { kind: 'record', name, packed, played: played() };
    render();
    if (packed === null && parseRecord(fragment()) !== null) putIntoAddress('');
  } catch (cause) {
    shown = before;
    render();
    say(`Nothing can be made of ${name}: ${errorText(cause)}`);
  }
}

/** Puts all that is shown into the address. */
async function share(): Promise<void> {
  if (shown.kind === 'facts') return;
  const from = shown;
  const answer = await pack(printJournal(from.played.journal));
  if (shown !== from) return;
  if (!answer.ok) return say(`The address cannot hold ${from.name}, which ${answer.why}: share the file.`);
  shown = { ...from, packed: answer.packed };
  putIntoAddress(printRecord(answer.packed, question));
  say(
    `The address holds ${from.name} now, with the mail addresses and replies in it, in ${location.hash.length.toLocaleString('en')} characters. What stands behind its # shows the same in every copy of this page.`,
  );
}

function firstProblem(problems: readonly { readonly path: string; readonly expected: string }[]): string {
  const [problem] = problems;
  return problem === undefined ? 'it cannot be read' : `${problem.path}: expected ${problem.expected}`;
}

byId('facts').append(...controls({ begin: (facts) => choose(facts, null), turn }));
byId('back').addEventListener('click', () => {
  choose(parseFacts(fragment()), null);
  byId('story').focus();
});
byId('file').addEventListener('change', async () => {
  const file = (byId('file') as HTMLInputElement).files?.[0];
  if (file !== undefined) showText(file.name, await file.text());
});
byId('share').addEventListener('click', share);
addEventListener('hashchange', begin);

/** With what the address tells. */
function begin(): void {
  const packed = parseRecord(fragment());
  shown = shownOf(parseFacts(fragment()), null);
  if (packed === null) render();
  else showPacked(packed);
}

const given = document.getElementById('given');
if (given === null || parseRecord(fragment()) !== null) begin();
else {
  const { name, text } = JSON.parse(given.textContent ?? '{}') as {
    readonly name: string;
    readonly text: string;
  };
  showText(name, text);
}
