/*
 * `npm start`: the stories, over real sockets on loopback, through the engine that `waxseal deliver` uses. One line for each,
 * then one of them explained in full. Exits with 1 if any ends otherwise than it is meant to.
 */

import { stories } from '../spec/scenarios/stories.js';
import { painter } from '../src/cli/output/terminal.js';
import type { Journal } from '../src/effects/journal.js';
import type { RecipientReport } from '../src/engine/recipient-report.js';
import { renderDelivery } from '../src/engine/text/render-delivery.js';
import { playScenario } from '../src/testing/scenario/play-scenario.js';

const EXPLAINED = 'REQUIRETLS over DANE, the keyword is missing';
const COLOUR = { delivered: 'green', deferred: 'yellow', bounced: 'red' } as const;

function line(name: string, report: RecipientReport, milliseconds: string): string {
  const paint = painter();
  const outcome = `${report.outcome}${report.cleartextRetry ? ', cleartext retry' : ''}`;
  return [
    name.slice(0, 92).padEnd(92),
    paint(COLOUR[report.outcome], outcome.padEnd(26)),
    report.status.padEnd(7),
    (report.tls?.protocol ?? '-').padEnd(8),
    report.authentication.padEnd(10),
    (report.because === null ? '' : `${report.because.row} ${report.because.verdict}`).padEnd(24),
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
let explained: Journal | undefined;
for (const story of stories) {
  const before = performance.now();
  const run = await playScenario(story);
  const milliseconds = (performance.now() - before).toFixed(0).padStart(5);
  const { results, journal } = run.steps.at(-1)!;
  results.forEach((report, at) => {
    console.log(
      line(at === 0 ? story.name : `  and ${report.recipient}`, report, at === 0 ? milliseconds : ''),
    );
  });
  if (story.name === EXPLAINED) explained = journal;
  for (const difference of run.steps.flatMap(({ differences }) => differences)) {
    failures++;
    console.log(`  NOT AS EXPECTED: ${difference}`);
  }
}

if (explained !== undefined) {
  console.log(`\nOne of them explained: ${EXPLAINED}\n`);
  console.log(renderDelivery(explained, { paint: painter(), detail: 'full' }));
}
console.log(
  failures === 0
    ? `${stories.length} stories ended as they should. Each row above is a rule in docs/decision-tables.md.`
    : `${failures} things were not as expected.`,
);
process.exitCode = failures === 0 ? 0 : 1;
