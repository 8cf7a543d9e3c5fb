import { node } from './node.fixture.js';
import { socksContract } from './socks.contract.js';
import { startSilentProxy, startSocksProxy } from './socks-proxy.fixture.js';
import { PASSWORDS } from './subject.fixture.js';

socksContract('nodeSmtp', async (world) => {
  const subject = await node(world);
  const locked = await startSocksProxy({ user: 'me', password: PASSWORDS.smart! });
  const silent = await startSilentProxy();
  const gone = await startSilentProxy();
  await gone.close();
  return {
    ...subject,
    ...{ locked: locked.proxy, silent: silent.proxy, gone: gone.proxy },
    close: async () => {
      await Promise.all([locked.close(), silent.close()]);
      await subject.close();
    },
  };
});
