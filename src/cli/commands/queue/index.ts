import { commandOf } from '../../subcommands.js';
import { list } from './list.js';
import { drop, fail, hold, kick, release, setTls, setTransport } from './orders.js';
import { show } from './show.js';

export const queue = commandOf('queue', {
  ...{ list, show, hold, release, kick, fail, drop },
  'set-tls': setTls,
  'set-transport': setTransport,
});
