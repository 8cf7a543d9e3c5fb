import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scenarioGroups } from '../../spec/scenarios/index.js';
import { scenarioSchema } from '../adapters/scripted/scenario.codec.js';
import { daneDomain, playScenario, readScenario, type Scenario, simulateScenario } from './index.js';
import { accepts } from './json-schema.fixture.js';

const story: Scenario = {
  name: 'a story',
  world: daneDomain(['3 1 1 @mx.a.example']),
  steps: [
    { message: { to: ['user@a.example'] }, expect: [{ outcome: 'delivered', authentication: 'dane' }] },
  ],
};

describe('scenarios in tests of others', () => {
  it('are played in memory and over sockets, and refused where something in them is misspelt', async () => {
    expect(simulateScenario(story).steps[0]!.differences).toEqual([]);
    expect((await playScenario(story)).steps[0]!.differences).toEqual([]);
    const wrong = { ...story, steps: [{ ...story.steps[0], expct: [] }] } as unknown as Scenario;
    const complaint = {
      code: 'WAXSEAL_BAD_SCENARIO',
      message: expect.stringContaining('scenario.steps[0].expct'),
    };
    expect(() => simulateScenario(wrong)).toThrow(expect.objectContaining(complaint));
    await expect(playScenario(wrong)).rejects.toMatchObject(complaint);
  });

  it('are read from files, whose faults are told by line and column', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'waxseal-scenario-'));
    try {
      const path = join(folder, 'story.json');
      const text = JSON.stringify({ $schema: './scenario.schema.json', ...story }, null, 2);
      await writeFile(path, text);
      expect(simulateScenario(await readScenario(path)).steps[0]!.differences).toEqual([]);
      await writeFile(path, text.replace('"delivered"', '"delievered"'));
      const line = text.split('\n').findIndex((each) => each.includes('"delivered"')) + 1;
      await expect(readScenario(path)).rejects.toMatchObject({
        code: 'WAXSEAL_BAD_SCENARIO',
        message: expect.stringContaining(`\n  ${line}:22 steps[0].expect[0].outcome: expected "delivered"`),
      });
      await writeFile(path, text.replace('"steps"', 'steps'));
      await expect(readScenario(path)).rejects.toMatchObject({
        message: expect.stringContaining('as a whole: expected JSON'),
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('are described by the schema in the package, which takes every story and no misspelt one', async () => {
    const schema = JSON.parse(
      await readFile(new URL('../../schemas/scenario.schema.json', import.meta.url), 'utf8'),
    );
    expect(schema).toEqual(JSON.parse(JSON.stringify(scenarioSchema())));
    // An editor shows what is wanted, and that it is a text is not enough.
    expect(JSON.stringify(schema)).not.toContain('"a text"');
    const stories = scenarioGroups.flatMap(({ scenarios }) => scenarios);
    expect(
      stories.filter((each) => !accepts(schema, JSON.parse(JSON.stringify(each)))).map(({ name }) => name),
    ).toEqual([]);
    const misspelt = [
      { ...story, wrld: {} },
      { ...story, world: { ...story.world, dns: { 'MZ a.example': [] } } },
      { ...story, world: { ...story.world, mail: { 'mx.a.example': { connect: 'refused' } } } },
      { ...story, settings: { port: 0 } },
      { ...story, steps: [] },
      { name: 'x', world: story.world },
    ];
    expect(misspelt.map((each) => accepts(schema, JSON.parse(JSON.stringify(each))))).toEqual(
      misspelt.map(() => false),
    );
  });
});
