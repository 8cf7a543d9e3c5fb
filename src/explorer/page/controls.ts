/* The controls: a story to begin with, and a list of words for each fact. */
import { CHOICES } from '../choices.js';
import { type Change, type Facts, USUAL } from '../state.js';
import { STORIES } from '../stories.js';
import { byId, h } from './dom.js';

export interface Chosen {
  readonly begin: (facts: Facts) => void;
  readonly turn: (change: Pick<Change, 'choice' | 'word'>) => void;
}

export function controls({ begin, turn }: Chosen): readonly HTMLElement[] {
  const stories = h(
    'select',
    {
      id: 'story',
      onchange: () => {
        const story = STORIES[Number(stories.value)];
        if (story !== undefined) begin({ ...USUAL, ...story.facts });
      },
    },
    h('option', { value: '' }, 'choose one'),
    ...STORIES.map(({ name }, at) => h('option', { value: at }, name)),
  );
  return [
    h('label', { for: 'story' }, 'Begin with a story'),
    stories,
    ...CHOICES.flatMap(({ id, about, words }) => {
      const select: HTMLSelectElement = h(
        'select',
        { id: `choice-${id}`, onchange: () => turn({ choice: id, word: select.value }) },
        ...words.map(({ word, says }) => h('option', { value: word }, says)),
      );
      return [h('label', { for: `choice-${id}` }, about), select];
    }),
    h('button', { type: 'button', class: 'apart', onclick: () => begin(USUAL) }, 'All as usual'),
  ];
}

export function setControls(facts: Facts): void {
  for (const { id } of CHOICES) (byId(`choice-${id}`) as HTMLSelectElement).value = facts[id]!;
}
