import { policyCacheContract } from './policy-cache.contract.js';
import { playScripted, scriptedPort } from './scripted.fixture.js';
import { inMemory, inSqlite, type StartStores } from './stores.fixture.js';

policyCacheContract('the scripted world', async () => {
  const played = playScripted({ dns: {} });
  return {
    cache: {
      'policy-cache.read': scriptedPort(played, 'policy-cache.read'),
      'policy-cache.write': scriptedPort(played, 'policy-cache.write'),
    },
    close: async () => {},
  };
});

const cacheIn = (start: StartStores) => async () => {
  const { stores, close } = await start();
  return { cache: stores.policies, close };
};

policyCacheContract('memoryStores', cacheIn(inMemory));
policyCacheContract('sqliteStores', cacheIn(inSqlite));
