/** A document's updates as they come: numbered without gaps, but not always one after another. */

export interface NumberedUpdate {
  seq: number;
  update: string;
}

export interface Incoming {
  /** Everything up to here has been taken in. */
  seq: number;
  /** What came before its time, by position. */
  early: ReadonlyMap<number, string>;
}

export const NOTHING_CAME: Incoming = { seq: 0, early: new Map() };

/** The whole state up to `seq` was taken in. */
export function stood(incoming: Incoming, seq: number): { incoming: Incoming; apply: string[] } {
  return inOrder({ seq: Math.max(incoming.seq, seq), early: incoming.early });
}

/** Takes in updates. Those that came already change nothing; those that came too early wait. */
export function took(incoming: Incoming, updates: readonly NumberedUpdate[]): { incoming: Incoming; apply: string[] } {
  const early = new Map(incoming.early);
  for (const { seq, update } of updates) {
    if (seq > incoming.seq) {
      early.set(seq, update);
    }
  }
  return inOrder({ seq: incoming.seq, early });
}

/** Whether something is missing before what came. */
export function hasGap(incoming: Incoming): boolean {
  return incoming.early.size > 0;
}

function inOrder({ seq, early }: Incoming): { incoming: Incoming; apply: string[] } {
  const rest = new Map([...early].filter(([at]) => at > seq));
  const apply: string[] = [];
  let at = seq;
  for (let next = rest.get(at + 1); next !== undefined; next = rest.get(at + 1)) {
    apply.push(next);
    at += 1;
    rest.delete(at);
  }
  return { incoming: { seq: at, early: rest }, apply };
}
