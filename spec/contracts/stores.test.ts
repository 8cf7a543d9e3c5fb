import { attemptStoreContract } from './attempt-store.contract.js';
import { eventStoreContract } from './event-store.contract.js';
import { policyStoreContract } from './policy-store.contract.js';
import { policyStoreHistories } from './policy-store.histories.fixture.js';
import { queueStoreContract } from './queue-store.contract.js';
import { signalStoreContract } from './signal-store.contract.js';
import { inMemory, inSqlite } from './stores.fixture.js';
import { suppressionStoreContract } from './suppression-store.contract.js';
import { tlsReportStoreContract } from './tls-report-store.contract.js';
import { tlsReportStoreHistories } from './tls-report-store.histories.fixture.js';
import { wholeMessagesContract } from './whole-messages.contract.js';

policyStoreContract('memoryStores', inMemory);
policyStoreContract('sqliteStores', inSqlite);
policyStoreHistories('memoryStores', inMemory);
policyStoreHistories('sqliteStores', inSqlite);

tlsReportStoreContract('memoryStores', inMemory);
tlsReportStoreContract('sqliteStores', inSqlite);
tlsReportStoreHistories('memoryStores', inMemory);
tlsReportStoreHistories('sqliteStores', inSqlite);

attemptStoreContract('memoryStores', inMemory);
attemptStoreContract('sqliteStores', inSqlite);

signalStoreContract('memoryStores', inMemory);
signalStoreContract('sqliteStores', inSqlite);

queueStoreContract('memoryStores', inMemory);
queueStoreContract('sqliteStores', inSqlite);
wholeMessagesContract('sqliteStores', inSqlite);

eventStoreContract('memoryStores', inMemory);
eventStoreContract('sqliteStores', inSqlite);

suppressionStoreContract('memoryStores', inMemory);
suppressionStoreContract('sqliteStores', inSqlite);
