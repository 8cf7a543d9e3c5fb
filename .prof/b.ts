import { bundle, root } from '../scripts/as-shipped.js';

void bundle(
  {
    x: './.prof/x',
    y: './.prof/y',
    z: './.prof/z',
    receiver: 'bench/receiver',
    'dns-server': 'bench/dns-server',
  },
  { dir: `${root}.bench`, chunkFileNames: '[name]-[hash].js' },
);
