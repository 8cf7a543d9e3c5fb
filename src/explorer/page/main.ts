/* The page: facts on one side, what becomes of the message on the other. Nothing leaves it. */
import { parseScenario } from '../../adapters/scripted/scenario.codec.js';
import { parseJournal } from '../../effects/codecs/journal.codec.js';
import type { Journal } from '../../effects/journal.js';
import { type ExplainedReport, explainDelivery } from '../../engine/explain-delivery.js';
import { CHOICES } from '../choices.js';
import { noticeFor } from '../notice.js';
import { othersIn, othersOn } from '../others.js';
import { otherwise, type Played, pathOf, play } from '../play.js';
import {
  type Facts,
  parseFacts,
  parseQuestion,
  printShown,
  scenarioOf,
  USUAL,
  withChange,
} from '../state.js';
import { STORIES } from '../stories.js';
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
} from './panels.js';

/** What is shown: facts that can be turned, or what a file told. */
type Shown =
  | { readonly kind: 'facts'; readonly facts: Facts }
  | { readonly kind: 'file'; readonly name: string; readonly played: Played };

const byId = (id: string) => document.getElementById(id)!;
let shown: Shown = { kind: 'facts', facts: parseFacts(location.hash.slice(1)) };

function choose(facts: Facts): void {
  history.replaceState(null, '', `#${printShown(facts, 1)}`);
  shown = { kind: 'facts', facts };
  render();
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
  const isFacts = shown.kind === 'facts';
  const played = shown.kind === 'facts' ? play(scenarioOf(shown.facts)) : shown.played;
  byId('source').textContent = shown.kind === 'facts' ? '' : `Shown is ${shown.name}.`;
  byId('facts').hidden = !isFacts;
  byId('back').hidden = isFacts;
  if (shown.kind === 'facts') setControls(shown.facts);
  const { reports, journal } = played;
  const open = [...document.querySelectorAll('details.decision[open] > summary > b')].map(
    (b) => b.textContent,
  );
  byId('result').replaceChildren(
    ...reports.map(outcomePanel),
    ...domainsOf(played).flatMap(({ decisions }) => planPanel(decisions) ?? []),
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
    ...domainsOf(played).flatMap((report) => [reportsPanel(report), decisionsPanel(report.decisions)]),
    ...(isFacts ? [journalPanel(journal, parseQuestion(location.hash.slice(1)), lookAt)] : []),
  );
  for (const details of document.querySelectorAll<HTMLDetailsElement>('details.decision'))
    details.open = open.includes(details.querySelector('b')?.textContent ?? '');
}

function otherwisePanel(facts: Facts, outcome: ExplainedReport['outcome']): () => HTMLElement {
  return () => changesPanel(otherwise(facts, outcome), (change) => choose(withChange(facts, change)));
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
        if (story !== undefined) choose({ ...USUAL, ...story.facts });
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
            if (shown.kind === 'facts') choose(withChange(shown.facts, { choice: id, word: value }));
          },
        },
        ...words.map(({ word, says }) => h('option', { value: word }, says)),
      ),
    ]),
    h('button', { type: 'button', class: 'apart', onclick: () => choose(USUAL) }, 'All as usual'),
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
byId('back').addEventListener('click', () => choose(parseFacts(location.hash.slice(1))));
byId('file').addEventListener('change', async () => {
  const file = (byId('file') as HTMLInputElement).files?.[0];
  if (file !== undefined) showFile(file.name, await file.text());
});
addEventListener('hashchange', () => {
  shown = { kind: 'facts', facts: parseFacts(location.hash.slice(1)) };
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
