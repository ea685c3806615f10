/** Moments of a document, and which of them are chosen. */

export interface Moment {
  key: string;
  /** Position of the last update then; 0: the beginning. */
  seq: number;
  label: string;
}

/** At most two are chosen; a third takes the place of the one chosen first. */
export function chosenWith(chosen: readonly Moment[], moment: Moment): Moment[] {
  if (chosen.some(({ key }) => key === moment.key)) {
    return chosen.filter(({ key }) => key !== moment.key);
  }
  return [...chosen.slice(-1), moment];
}

/** The two in order of time. */
export function inOrder(chosen: readonly Moment[]): Moment[] {
  return [...chosen].sort((a, b) => a.seq - b.seq);
}
