/** The single figures of a report, in the order in which they are told. */

import type { Key } from "../../../../i18n";
import { type DrillContents, numberIn } from "./read-report";

export interface DrillFigure {
  word: Key;
  kind: "duration" | "count" | "percent" | "truth";
  value: number | boolean;
  isBad: boolean;
}

interface Told {
  field: string;
  word: Key;
  kind: DrillFigure["kind"];
  /** What must not be. */
  isBad?(value: number | boolean): boolean;
}

const anyAtAll = (value: number | boolean): boolean => value !== 0;
const notSo = (value: number | boolean): boolean => value === false;

const TOLD: readonly Told[] = [
  { field: "rto_ms", word: "drill.rto", kind: "duration" },
  { field: "complete_ms", word: "rehearsal.complete", kind: "duration" },
  { field: "detected_ms", word: "drill.detected", kind: "duration" },
  { field: "quarantined_ms", word: "drills.quarantined", kind: "duration" },
  { field: "write_gap_ms", word: "drills.writeGap", kind: "duration" },
  { field: "rejoin_ms", word: "drill.rejoin", kind: "duration" },
  { field: "rewind_ms", word: "drills.rewind", kind: "duration" },
  { field: "functions_available_pct", word: "drills.functionsAvailable", kind: "percent" },
  { field: "acknowledged", word: "drill.acknowledged", kind: "count" },
  { field: "lost", word: "drill.lost", kind: "count", isBad: anyAtAll },
  { field: "duplicated", word: "drill.duplicated", kind: "count", isBad: anyAtAll },
  { field: "refused", word: "drills.refused", kind: "count" },
  { field: "messages", word: "rehearsal.messages", kind: "count" },
  { field: "documents", word: "rehearsal.documents", kind: "count" },
  { field: "objects_hit", word: "drills.objectsHit", kind: "count" },
  { field: "rewound", word: "drills.rewound", kind: "count" },
  { field: "others_changes", word: "drills.othersChanges", kind: "count" },
  { field: "others_changes_kept", word: "drills.othersKept", kind: "truth", isBad: notSo },
  { field: "false_quarantines", word: "drills.falseQuarantines", kind: "count", isBad: anyAtAll },
  { field: "views_equal", word: "drills.viewsEqual", kind: "truth", isBad: notSo },
  { field: "chains_valid", word: "drills.chainsValid", kind: "truth", isBad: notSo },
  { field: "heads_equal", word: "rehearsal.heads", kind: "truth", isBad: notSo },
];

/** Those that the report has. */
export function figuresOf({ values }: DrillContents): DrillFigure[] {
  return TOLD.flatMap(({ field, word, kind, isBad }) => {
    const value = kind === "truth" ? truthIn(values[field]) : numberIn(values, field);
    return value === null ? [] : [{ word, kind, value, isBad: isBad?.(value) ?? false }];
  });
}

function truthIn(value: unknown): boolean | null {
  return typeof value === "boolean" ? value : null;
}
