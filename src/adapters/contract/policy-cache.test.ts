import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filePolicyCache, memoryPolicyCache } from '../node/index.js';
import { policyCacheContract } from './policy-cache.contract.js';
import { playScripted, scriptedPort } from './scripted.fixture.js';

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

policyCacheContract('memoryPolicyCache', async () => ({
  cache: memoryPolicyCache({ entriesMax: 100 }),
  close: async () => {},
}));

policyCacheContract('filePolicyCache', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'waxseal-contract-'));
  return {
    cache: filePolicyCache(join(directory, 'policies')),
    close: () => rm(directory, { recursive: true }),
  };
});
