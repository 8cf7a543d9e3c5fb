/* The page: facts on one side, what becomes of the message on the other. Nothing leaves it. */
import { parseScenario } from '../../adapters/scripted/scenario.codec.js';
import { parseJournal } from '../../effects/codecs/journal.codec.js';
import type { Journal } from '../../effects/journal.js';
import { type ExplainedReport, explainDelivery } from '../../engine/explain-delivery.js';
import { CHOICES } from '../choices.js';
import { noticeFor } from '../notice.js';
import { othersIn, othersOn } from '../others.js';
import { verdictOf } from '../outcome.js';
import { type Otherwise, otherwise, type Played, pathOf, play } from '../play.js';
import {
  type Change,
  type Facts,
  parseFacts,
  parseQuestion,
  printShown,
  scenarioOf,
  USUAL,
  withChange,
} from '../state.js';
import { STORIES } from '../stories.js';
import { compareTold, NOTHING_TURNED, sayTurned, type Told, type Turned } from '../turned.js';
import { noticePanel, othersPanel, smallestPanel } from './asked-panels.js';
import { h } from './dom.js';
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
type Shown = ShownFacts | { readonly kind: 'file'; readonly name: string; readonly played: Played };

interface ShownFacts {
  readonly kind: 'facts';
  readonly facts: Facts;
  readonly played: Played;
  /** What they were turned from; null: they are a beginning. */
  readonly before: Told | null;
}

const byId = (id: string) => document.getElementById(id)!;
let shown: Shown = shownOf(factsOfAddress(), null);

function factsOfAddress(): Facts {
  return parseFacts(location.hash.slice(1));
}

function shownOf(facts: Facts, before: Told | null): ShownFacts {
  return { kind: 'facts', facts, before, played: play(scenarioOf(facts)) };
}

function toldOf({ facts, played }: ShownFacts): Told {
  return { facts, report: played.reports[0]! };
}

function choose(facts: Facts, before: Told | null): void {
  history.replaceState(null, '', `#${printShown(facts, 1)}`);
  shown = shownOf(facts, before);
  render();
}

/** One fact otherwise; what it changes is marked. */
function turn(change: Pick<Change, 'choice' | 'word'>): void {
  if (shown.kind === 'facts') choose(withChange(shown.facts, change), toldOf(shown));
}

/** Files are not in the address, and neither is a place in them. */
function lookAt(question: number): void {
  if (shown.kind === 'facts') history.replaceState(null, '', `#${printShown(shown.facts, question)}`);
}

/** A panel that takes many plays, in its place once the rest is to be seen, unless something else is shown by then. */
function later(panel: () => HTMLElement): HTMLElement {
  const place = h('section', { 'aria-busy': 'true' });
  setTimeout(() => {
    if (place.isConnected) place.replaceWith(panel());
  });
  return place;
}

function render(): void {
  const { played } = shown;
  const isFacts = shown.kind === 'facts';
  byId('source').textContent = shown.kind === 'facts' ? '' : `Shown is ${shown.name}.`;
  byId('facts').hidden = !isFacts;
  byId('back').hidden = isFacts;
  byId('turned').hidden = !isFacts;
  if (shown.kind === 'facts') setControls(shown.facts);
  const turned = shown.kind === 'facts' ? tellTurned(shown) : NOTHING_TURNED;
  const { reports, journal } = played;
  const open = [...document.querySelectorAll('details.decision[open] > summary > b')].map(
    (b) => b.textContent,
  );
  byId('result').replaceChildren(
    ...reports.map((report) => outcomePanel(report, turned)),
    ...domainsOf(played).flatMap(({ decisions }) => planPanel(decisions, turned) ?? []),
    ...(reports.length === 0 ? [h('p', {}, 'The record ends before anything was decided.')] : []),
    ...(shown.kind === 'facts' && reports[0] !== undefined
      ? [later(otherwisePanel(shown.facts, reports[0].outcome))]
      : reports.flatMap((report) => smallestPanel(report.recipient, report.change) ?? [])),
    // Whoever opens a record wants to step through it; of facts, what others make of them comes first.
    ...(isFacts ? [] : [journalPanel(journal, 1, lookAt)]),
    later(othersOf(shown, journal)),
    ...journal.attempts.flatMap((attempt) =>
      attempt.input.recipients.flatMap((_, at) => noticePanel(noticeFor(attempt, at)) ?? []),
    ),
    pathPanel(pathOf(journal)),
    ...domainsOf(played).flatMap((report) => [
      reportsPanel(report),
      decisionsPanel(report.decisions, turned),
    ]),
    ...(isFacts ? [journalPanel(journal, parseQuestion(location.hash.slice(1)), lookAt)] : []),
  );
  for (const details of document.querySelectorAll<HTMLDetailsElement>('details.decision'))
    details.open = open.includes(details.querySelector('b')?.textContent ?? '');
}

/** Says and lists what the turned fact has changed; of a beginning, what comes of it. */
function tellTurned(of: ShownFacts): Turned {
  const now = toldOf(of);
  const turned = of.before === null ? NOTHING_TURNED : compareTold(of.before, now);
  byId('told').textContent =
    of.before === null
      ? `${verdictOf(now.report)}. Turn a fact, and what it changes is told here and marked below.`
      : sayTurned(turned, now);
  byId('every-change').replaceChildren(...[turnedPanel(turned)].flatMap((panel) => panel ?? []));
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

function setControls(facts: Facts): void {
  for (const { id } of CHOICES) (byId(`choice-${id}`) as HTMLSelectElement).value = facts[id]!;
}

function makeControls(): void {
  const stories = h(
    'select',
    {
      id: 'story',
      onchange: () => {
        const story = STORIES[Number((byId('story') as HTMLSelectElement).value)];
        if (story !== undefined) choose({ ...USUAL, ...story.facts }, null);
      },
    },
    h('option', { value: '' }, 'choose one'),
    ...STORIES.map(({ name }, at) => h('option', { value: at }, name)),
  );
  byId('facts').append(
    h('label', { for: 'story' }, 'Begin with a story'),
    stories,
    ...CHOICES.flatMap(({ id, about, words }) => [
      h('label', { for: `choice-${id}` }, about),
      h(
        'select',
        {
          id: `choice-${id}`,
          onchange: () => {
            const { value } = byId(`choice-${id}`) as HTMLSelectElement;
            turn({ choice: id, word: value });
          },
        },
        ...words.map(({ word, says }) => h('option', { value: word }, says)),
      ),
    ]),
    h('button', { type: 'button', class: 'apart', onclick: () => choose(USUAL, null) }, 'All as usual'),
  );
}

/** A journal or a scenario; what is neither is said, and what is shown stays. */
function showFile(name: string, text: string): void {
  const journal = parseJournal(text);
  const scenario = journal.ok ? null : parseScenario(text);
  if (journal.ok) shown = { kind: 'file', name, played: playedFrom(journal.value) };
  else if (scenario?.ok) shown = { kind: 'file', name, played: play(scenario.scenario) };
  else {
    byId('source').textContent =
      `${name} is neither a journal nor a scenario: ${firstProblem(journal.problems)}`;
    return;
  }
  render();
}

function playedFrom(journal: Journal): Played {
  return { journal, reports: explainDelivery(journal) };
}

function firstProblem(problems: readonly { readonly path: string; readonly expected: string }[]): string {
  const [problem] = problems;
  return problem === undefined ? 'it cannot be read' : `${problem.path}: expected ${problem.expected}`;
}

makeControls();
byId('back').addEventListener('click', () => {
  choose(factsOfAddress(), null);
  byId('story').focus();
});
byId('file').addEventListener('change', async () => {
  const file = (byId('file') as HTMLInputElement).files?.[0];
  if (file !== undefined) showFile(file.name, await file.text());
});
addEventListener('hashchange', () => {
  shown = shownOf(factsOfAddress(), null);
  render();
});
const given = document.getElementById('given');
if (given === null) render();
else {
  const { name, text } = JSON.parse(given.textContent ?? '{}') as {
    readonly name: string;
    readonly text: string;
  };
  showFile(name, text);
}
