/** What the sites take as an exclusion, told before it is sent. */

import type { Millis } from "../../../../api/types";
import type { Key } from "../../../../i18n";

/** The longest reason the sites take. */
export const REASON_MAX = 500;
const LONGEST_MS = 31 * 86_400_000;

export interface ExclusionProblems {
  from?: Key;
  until?: Key;
  reason?: Key;
}

/** What is wrong, by field; empty where nothing is. */
export function exclusionProblems(from: Millis | null, until: Millis | null, reason: string): ExclusionProblems {
  const problems: ExclusionProblems = {};
  if (from === null) {
    problems.from = "exclusion.problem.from";
  }
  if (until === null) {
    problems.until = "exclusion.problem.until";
  } else if (from !== null && until <= from) {
    problems.until = "exclusion.problem.order";
  } else if (from !== null && until - from > LONGEST_MS) {
    problems.until = "exclusion.problem.long";
  }
  const length = [...reason.trim()].length;
  if (length === 0) {
    problems.reason = "exclusion.problem.reason";
  } else if (length > REASON_MAX) {
    problems.reason = "exclusion.problem.reasonLong";
  }
  return problems;
}
