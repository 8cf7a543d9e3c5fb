import type { ListenAddress } from '../hosts/listen-address.js';
import type { Decision } from '../policy/kernel/table.js';
import { judgeListener, type ListenerKind } from '../policy/queue/listener.table.js';
import { isLocal } from './doors/peers.js';

/** What is said of a listener that is refused. */
export function forThisHostAlone({ why, row }: Decision): string {
  return `it is for this host alone; give 127.0.0.1:PORT or unix:PATH. ${why} (${row})`;
}

/** Whether a listener of that kind may be there. */
export function judgeListening(
  kind: ListenerKind,
  address: ListenAddress,
  users: number,
): Decision<'listen' | 'warn' | 'refuse'> {
  const isHere = address.kind === 'unix' || address.host === 'localhost' || isLocal(address.host);
  return judgeListener({
    kind,
    reach: isHere ? 'this-host' : 'network',
    users: users > 0 ? 'some' : 'none',
  });
}
