/** Waiting times between attempts. */

export const BACKOFF_BASE_MS = 250;
export const BACKOFF_CAP_MS = 15_000;

/**
 * Full jitter: anything between nothing and an exponentially growing ceiling. A server that names
 * a time (`retry_after_ms`) is honoured: never sooner, and spread so that clients do not return
 * together.
 *
 * @param attempt how many attempts have failed, from 1
 * @param random a number in [0, 1)
 */
export function backoffMs(attempt: number, random: number, retryAfterMs?: number): number {
  const ceiling = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** Math.min(attempt, 16));
  const jitter = Math.floor(random * ceiling);
  return retryAfterMs === undefined ? jitter : retryAfterMs + Math.floor(random * Math.min(ceiling, 1000));
}
