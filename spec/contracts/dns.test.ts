import { cachedDns } from '../../src/adapters/node/index.js';
import { dnsContract } from './dns.contract.js';
import { node } from './node.fixture.js';
import { scripted } from './scripted.fixture.js';

dnsContract('the scripted world', scripted, {
  'gives up when the signal aborts': 'it knows every answer at once',
  'addresses: in canonical form': 'it gives addresses as the world spells them',
  'addresses: what is none of that family cannot be read':
    'it does not look at what the world calls an address',
  'TLSA: what data parses as does not depend on the selector':
    'its certificates have no encoding to be recognised by, so the selector stands for what the data is',
});
dnsContract('nodeDns', node);
dnsContract('cachedDns', async (world) => {
  const subject = await node(world);
  // A clock at rest: TTLs count down only in its own tests.
  return { ...subject, dns: cachedDns(subject.dns, { entriesMax: 1000, now: () => 0 }) };
});
