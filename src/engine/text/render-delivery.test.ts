import { describe, expect, it } from 'vitest';
import { stories } from '../../../spec/scenarios/stories.js';
import type { World } from '../../adapters/scripted/index.js';
import { simulateScenario } from '../../testing/scenario/simulate-scenario.js';
import { plainDomain, send, together } from '../../testing/worlds.js';
import { renderDelivery } from './render-delivery.js';
import { folded } from './wrap.js';

const journals = stories.flatMap((story) => simulateScenario(story).steps.map(({ journal }) => journal));
const wordsOf = (text: string) => text.split(/\s+/).filter((word) => word !== '');

describe('the text of a delivery', () => {
  it('has lines of the width that is asked for, ends them between words, and says the same at every width', () => {
    for (const journal of journals) {
      const wide = renderDelivery(journal, { width: 1000 });
      for (const width of [40, 72, 100]) {
        const text = renderDelivery(journal, { width });
        expect(wordsOf(text)).toEqual(wordsOf(wide));
        // What is longer is one word, behind its label, or the line that begins a recipient.
        const long = text.split('\n').filter((line) => line.length > width);
        for (const line of long) expect(line).toMatch(/^( {2}.{16}|\s*)\S+$|^\S+ {2}|^(at|from) /);
      }
    }
  });

  it('tells decisions that changed nothing only where all are asked for', () => {
    const [journal] = journals;
    expect(renderDelivery(journal!)).not.toContain('MSG-5');
    expect(renderDelivery(journal!, { detail: 'full' })).toContain('MSG-5');
  });

  it('says nothing of the security of MX records that nobody asked for, or that nobody answered', () => {
    const lineOf = (to: string, dns: World['dns']) => {
      const { steps } = simulateScenario({
        name: 'one message',
        world: together(plainDomain(), { dns }),
        steps: [send({ outcome: 'deferred' }, { to: [to] })],
      });
      return /MX by DNSSEC +(.*)/.exec(renderDelivery(steps[0]!.journal))?.[1];
    };
    expect(lineOf('user@a.example', {})).toBe('not secure');
    expect(lineOf('user@[192.0.2.1]', {})).toBe('not asked');
    expect(lineOf('user@a.example', { 'MX a.example': { fails: 'servfail' } })).toBe('no answer');
    expect(lineOf('user@a.example', { 'MX a.example': { fails: 'bogus' } })).toBe('no answer');
  });

  it('says when, and paints what it is told to', () => {
    const text = renderDelivery(journals[0]!, { paint: (style, words) => `<${style} ${words}>` });
    expect(text).toContain('\nat 2026-01-01T12:00:00.000Z\n');
    expect(text).toMatch(/^<bold user@a\.example>/);
  });
});

describe('a line that is too long', () => {
  it('goes on below its second column, painted or not', () => {
    const line = '  \u001b[2m--journal FILE\u001b[22m         write what was asked and answered, for replay';
    expect(folded(line, 55)).toBe(
      `  \u001b[2m--journal FILE\u001b[22m         write what was asked and\n${' '.repeat(25)}answered, for replay`,
    );
    // A column so far to the right leaves no room below it.
    expect(folded('  --journal FILE         write what', 30)).toBe('  --journal FILE         write\n  what');
    expect(folded('one two', 10)).toBe('one two');
  });
});
