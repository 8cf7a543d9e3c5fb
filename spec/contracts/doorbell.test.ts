import { doorbellContract } from './doorbell.contract.js';
import { memoryDoorbell } from './doorbell.fixture.js';

doorbellContract('in memory', async () => {
  const doorbell = memoryDoorbell();
  return { doorbells: [doorbell, doorbell], close: async () => undefined };
});
