/*
 * `npm start`: the stories, over real sockets on loopback, through the engine that `waxseal deliver` uses. One line for each,
 * then one of them explained in full. Exits with 1 if any ends otherwise than it is meant to.
 */

import { stories } from '../spec/scenarios/stories.js';
import { renderResults } from '../src/cli/output/results-text.js';
import { painter } from '../src/cli/output/terminal.js';
import type { RecipientReport } from '../src/engine/recipient-report.js';
import { playScenario } from '../src/testing/scenario/play-scenario.js';

const EXPLAINED = 'REQUIRETLS over DANE, the keyword is missing';
const COLOUR = { delivered: 'green', deferred: 'yellow', bounced: 'red' } as const;

/** The tables whose decisions end a story, the last word first. */
const DECIDING = [
  'mx-discovery',
  'requiretls-keyword',
  'reply-meaning',
  'peer-authentication',
  'tls-outcome',
  'start-tls',
  'host-barrier',
  'connection-outcome',
];
const PASSING = [
  'go-on',
  'try-hosts',
  'try-domain',
  'send-without',
  'send-keyword',
  'connect',
  'start',
  'inspect',
  'delivered',
];

/** The row that made the difference: the last decision that was more than a nod. */
function decidingRow({ decisions, mx }: RecipientReport): string {
  const telling = decisions.filter(
    (decision) =>
      DECIDING.includes(decision.table) &&
      !PASSING.includes(decision.verdict) &&
      (decision.mx === mx || decision.mx === null),
  );
  const fallback = decisions.find(({ verdict }) => verdict === 'retry-in-clear');
  const last = fallback ?? telling.at(-1) ?? decisions.at(-1);
  return last === undefined ? '' : `${last.row} ${last.verdict}`;
}

function line(name: string, report: RecipientReport, milliseconds: string): string {
  const paint = painter();
  const outcome = `${report.outcome}${report.cleartextRetry ? ', cleartext retry' : ''}`;
  return [
    name.slice(0, 92).padEnd(92),
    paint(COLOUR[report.outcome], outcome.padEnd(26)),
    report.status.padEnd(7),
    (report.tls?.protocol ?? '-').padEnd(8),
    report.authentication.padEnd(10),
    decidingRow(report).padEnd(24),
    milliseconds,
  ].join(' ');
}

const heading = [
  'story'.padEnd(92),
  'outcome'.padEnd(26),
  'status'.padEnd(7),
  'TLS'.padEnd(8),
  'auth'.padEnd(10),
  'deciding row'.padEnd(24),
  '   ms',
];
console.log(`Mail through a small internet on loopback\n\n${heading.join(' ')}`);

let failures = 0;
let explained: RecipientReport | undefined;
for (const story of stories) {
  const before = performance.now();
  const run = await playScenario(story);
  const milliseconds = (performance.now() - before).toFixed(0).padStart(5);
  const { results } = run.steps.at(-1)!;
  results.forEach((report, at) => {
    console.log(
      line(at === 0 ? story.name : `  and ${report.recipient}`, report, at === 0 ? milliseconds : ''),
    );
  });
  if (story.name === EXPLAINED) explained = results[0];
  for (const difference of run.steps.flatMap(({ differences }) => differences)) {
    failures++;
    console.log(`  NOT AS EXPECTED: ${difference}`);
  }
}

if (explained !== undefined) {
  console.log(`\nOne of them explained: ${EXPLAINED}\n`);
  console.log(renderResults([explained], { paint: painter(), detail: 'full', purpose: 'deliver' }));
}
console.log(
  failures === 0
    ? `${stories.length} stories ended as they should. Each row above is a rule in docs/decision-tables.md.`
    : `${failures} things were not as expected.`,
);
process.exitCode = failures === 0 ? 0 : 1;
