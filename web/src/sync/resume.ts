/** Where each partition's event stream stands: pure rules for resuming without a gap or a repeat. */

import type { EntryFrame, ServerFrame } from "../api/types";

export interface PartitionResume {
  /** The last seq whose events were taken in; `null`: none yet, the stream begins now. */
  seq: number | null;
  /** Whether this connection has reached the site's head. */
  isCaughtUp: boolean;
  /** Entries taken in since the connection opened, until caught up. */
  catchingUp: number;
}

export type Resume = ReadonlyMap<string, PartitionResume>;

export type StreamEffect =
  | { kind: "entry"; frame: EntryFrame }
  /** Too far behind: everything of the partition must be fetched again. */
  | { kind: "refetch"; partition: string }
  /** The person is not (or no longer) in the workspace. */
  | { kind: "refused"; partition: string }
  | { kind: "caught-up"; partition: string; entries: number };

/** The subscription to send when a connection opens. */
export function subscription(resume: Resume): { subscribe: { partition: string; after?: number }[] } {
  return {
    subscribe: [...resume].map(([partition, { seq }]) => (seq === null ? { partition } : { partition, after: seq })),
  };
}

/** The state at the opening of a new connection, to whichever site. */
export function reopened(resume: Resume): Resume {
  return new Map([...resume].map(([partition, { seq }]) => [partition, { seq, isCaughtUp: false, catchingUp: 0 }]));
}

export function isCaughtUp(resume: Resume): boolean {
  return [...resume.values()].every((partition) => partition.isCaughtUp);
}

export function catchingUp(resume: Resume): number {
  let entries = 0;
  for (const partition of resume.values()) {
    entries += partition.isCaughtUp ? 0 : partition.catchingUp;
  }
  return entries;
}

/** Takes in one frame. Frames of unknown partitions and repeated entries change nothing. */
export function received(resume: Resume, frame: ServerFrame): { resume: Resume; effects: StreamEffect[] } {
  if (!("partition" in frame)) {
    return { resume, effects: [] };
  }
  const known = resume.get(frame.partition);
  if (known === undefined) {
    return { resume, effects: [] };
  }
  if ("refused" in frame) {
    const rest = new Map(resume);
    rest.delete(frame.partition);
    return { resume: rest, effects: [{ kind: "refused", partition: frame.partition }] };
  }
  if ("reset" in frame) {
    // The stream goes on from `at`, also where that is earlier (a site that is behind the other one):
    // entries that come again do no harm, entries passed over would.
    const next = frame.at === undefined ? known : { seq: frame.at, isCaughtUp: true, catchingUp: 0 };
    return {
      resume: withPartition(resume, frame.partition, next),
      effects: [{ kind: "refetch", partition: frame.partition }],
    };
  }
  if ("at" in frame) {
    const effects: StreamEffect[] = known.isCaughtUp
      ? []
      : [{ kind: "caught-up", partition: frame.partition, entries: known.catchingUp }];
    if (known.seq === null) {
      // What was fetched before the stream began may have missed what happened in between.
      effects.push({ kind: "refetch", partition: frame.partition });
    }
    // A site that is behind the other one reports an older head: that is no reason to go back.
    const seq = Math.max(known.seq ?? 0, frame.at);
    return {
      resume: withPartition(resume, frame.partition, { seq, isCaughtUp: true, catchingUp: 0 }),
      effects,
    };
  }
  if (known.seq !== null && frame.seq <= known.seq) {
    return { resume, effects: [] };
  }
  return {
    resume: withPartition(resume, frame.partition, {
      ...known,
      seq: frame.seq,
      catchingUp: known.catchingUp + (known.isCaughtUp ? 0 : 1),
    }),
    effects: [{ kind: "entry", frame }],
  };
}

function withPartition(resume: Resume, partition: string, state: PartitionResume): Resume {
  const next = new Map(resume);
  next.set(partition, state);
  return next;
}
