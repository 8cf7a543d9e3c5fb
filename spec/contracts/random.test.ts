import { nodeRandom } from '../../src/adapters/node/index.js';
import { randomContract } from './random.contract.js';
import { playScripted, scriptedPort } from './scripted.fixture.js';

randomContract('nodeRandom', nodeRandom);
randomContract(
  'the scripted world with a seed',
  scriptedPort(playScripted({ dns: {} }, { seed: 7 }), 'random.draw'),
);
randomContract('the scripted world', scriptedPort(playScripted({ dns: {} }), 'random.draw'), {
  'draws from the whole range, and others each time': 'without a seed every number is 0',
});
