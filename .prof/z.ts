import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { runShard } from '../src/testing/world/run-shard.js';

async function main() {
  const o = { seed: 1, domains: 1000, messages: Number(process.env.N ?? 100000), days: 7 };
  const s = new Session();
  s.connect();
  s.post('HeapProfiler.startSampling', { samplingInterval: 32768 });
  let last = '';
  const t = setInterval(
    () =>
      s.post('HeapProfiler.getSamplingProfile', (e, r) => {
        if (!e) last = JSON.stringify(r.profile);
      }),
    4000,
  );
  const r = await runShard(o, 0);
  clearInterval(t);
  writeFileSync('/tmp/prof/live.heapprofile', last);
  console.log(r.digest, r.attempts, r.laws.broken.length);
}
void main();
