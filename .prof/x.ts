import { drainByDaemon, startReceiver, startSink } from '../bench/queue-load.js';

async function main() {
  const [m, d] = (process.env.WAXSEAL_LOAD ?? '3000:30').split(':').map(Number) as [number, number];
  const load = { messages: m, domains: d };
  const receiver = await startReceiver(load);
  const sink = await startSink();
  try {
    const clear = process.env.WAY !== 'tls';
    console.log(
      await drainByDaemon(
        clear ? { ...receiver.place, port: sink.port } : receiver.place,
        load,
        clear ? 'sink' : 'receiver',
      ),
    );
  } finally {
    sink.child.kill();
    receiver.child.disconnect();
  }
}
void main();
