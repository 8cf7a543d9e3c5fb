/**
 * The longest stretch in which the event loop did not turn while the work went on, in milliseconds. What the process waited for
 * others on a busy machine does not count: a stretch is no longer than the CPU time that was spent in it.
 */
export async function longestStallMs(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let isOver = false;
  let since = performance.now();
  let spent = process.cpuUsage();
  const look = () => {
    const { user, system } = process.cpuUsage(spent);
    const now = performance.now();
    longest = Math.max(longest, Math.min(now - since, (user + system) / 1000));
    since = now;
    spent = process.cpuUsage();
  };
  const turn = () => {
    look();
    if (!isOver) setTimeout(turn, 1);
  };
  setTimeout(turn, 1);
  try {
    await work();
  } finally {
    look();
    isOver = true;
  }
  return longest;
}
