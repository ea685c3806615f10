/** Loading a part that has to come, however long it takes. */

const FIRST_MS = 2_000;
const LONGEST_MS = 60_000;

/** Tries again until it is there: what `lazy` is refused once, it never asks for again. */
export async function untilLoaded<T>(load: () => Promise<T>): Promise<T> {
  for (let wait = FIRST_MS; ; wait = Math.min(wait * 2, LONGEST_MS)) {
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}
