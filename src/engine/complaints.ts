/** How long the same complaint is not repeated, in milliseconds. */
const PAUSE_MS = 3_600_000;
/** Complaints that are remembered; more would be a list that grows with what strangers send. */
const REMEMBERED_MAX = 1000;

/** Tells whoever runs the engine of what does not go away by itself: each complaint once an hour, however much mail waits for it. */
export function complaints(tell: (message: string) => void, clock: () => number): (message: string) => void {
  const toldAt = new Map<string, number>();
  return (message) => {
    const now = clock();
    if (now - (toldAt.get(message) ?? Number.NEGATIVE_INFINITY) < PAUSE_MS) return;
    if (toldAt.size >= REMEMBERED_MAX) toldAt.clear();
    toldAt.set(message, now);
    tell(message);
  };
}
