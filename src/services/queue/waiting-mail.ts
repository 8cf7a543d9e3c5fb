import type { QueuedMessage } from '../../policy/queue/message.js';

/** What routes may ask of a message in the queue. */
export interface WaitingMail extends Pick<QueuedMessage, 'from' | 'account' | 'transport'> {
  readonly domain: string;
  /** The attempt that comes next, from 1. */
  readonly attempt: number;
}

/** In which lane a message waits for a domain. */
export type LaneOf = (mail: WaitingMail) => string;
