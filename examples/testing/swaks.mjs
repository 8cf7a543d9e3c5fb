// Run as root: ports 25 and 53 belong to it, and so does a mount namespace.
import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startInternet, stsDomain } from 'waxseal/testing';
import { expect } from 'waxseal/testing/matchers';

const internet = await startInternet(stsDomain('enforce', { certificate: { names: ['other.example'] } }), {
  port: 25,
  httpsPort: 443,
  resolverPort: 53,
});
try {
  const folder = mkdtempSync(join(tmpdir(), 'mta-'));
  writeFileSync(join(folder, 'resolv.conf'), internet.resolvConf());
  const ca = await internet.writeCa(join(folder, 'ca.pem'));
  // In here /etc/resolv.conf is ours; any program that reads it lives in the small internet.
  const inside = `mount --bind ${folder}/resolv.conf /etc/resolv.conf && exec "$@"`;
  const swaks = ['swaks', '--to', 'user@a.example', '--from', 'me@b.example', '--tls', '--tls-ca-path', ca];
  await promisify(execFile)('unshare', ['--mount', 'sh', '-c', inside, 'sh', ...swaks]);

  console.log(internet.queries(), internet.sessions('mx.a.example'));
  expect(internet).toHaveBeenAsked('MX', 'a.example');
  // A sender that knows MTA-STS sends nothing to a host with that certificate. swaks knows nothing of it.
  expect(internet).toHaveReceivedMailFor('user@a.example', { over: 'tls' });
  expect(internet).not.toHaveBeenAsked('TXT', '_mta-sts.a.example');
} finally {
  await internet.close();
}
