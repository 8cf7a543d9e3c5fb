import { node } from './node.fixture.js';
import { policyFetchContract } from './policy-fetch.contract.js';
import { scripted } from './scripted.fixture.js';

policyFetchContract('the scripted world', scripted, {
  'a port that refuses':
    'all policy hosts of a world listen on one port, and it takes every port for that one',
  'gives up when the signal aborts': 'it knows every answer at once',
});
policyFetchContract('nodePolicyFetch', node);
