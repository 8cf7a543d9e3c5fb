/*
 * The README's example is the file examples/embed.ts, and it does what the README says.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createSender } from '../../examples/embed.js';
import { settingsOf } from '../../src/index.js';
import { startInternet } from '../../src/testing/index.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

it('x', async () => {
  await using internet = await startInternet({
    dns: { 'MX a.example': ['10 mx.a.example'], 'A mx.a.example': ['@mx.a.example'] },
    mail: { 'mx.a.example': {} },
  });
  const send = createSender({
    resolver: { servers: [internet.resolver] },
    ca: [internet.caPem],
    settings: settingsOf('rfc', { port: internet.port, httpsPort: internet.httpsPort, privateAddresses: 'allow' }),
  });
  const r = await send(Buffer.from('Subject: x\r\n\r\nHello.\r\n'), 's@sender.example', ['user@a.example']);
  console.log(r, root, readFileSync(join(root,'package.json')).length);
  expect(r.length).toBe(1);
});
