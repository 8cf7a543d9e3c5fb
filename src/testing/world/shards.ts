/** Mail servers in every simulated internet; it does not depend on the machine, so that the digest does not. */
export const SHARDS = 4;
