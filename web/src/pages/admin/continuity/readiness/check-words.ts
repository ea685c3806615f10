/** What the site's checks and tasks are called. One that a newer site has is told in the site's own English. */

import { useT } from "../../../../i18n";
import type { Key } from "../../../../i18n";
import type { Check, CheckState, RolloutTask } from "../../../../api/programme";
import { continuityPath } from "../../../../route";
import en from "../../../../i18n/programme/en";

export const STATE_TONES: Record<CheckState, "good" | "warn" | "bad" | "plain"> = { ok: "good", attention: "warn", missing: "bad", not_known: "plain" };

const DRILLS = new Set(["objective-proven", "objective-breached", "drill-overdue", "finding-overdue"]);
const NOW = new Set(["second-site", "copies", "rights-both-sites", "vault-fresh", "rehearsal-fresh", "custodians"]);

export interface CheckWords {
  asks(check: Check): string;
  fix(check: Check): string;
  means(task: RolloutTask): string;
}

export function useCheckWords(): CheckWords {
  const t = useT();
  const known = (key: string, otherwise: string): string => (Object.hasOwn(en, key) ? t(key as Key) : otherwise);
  return {
    asks: (check) => known(`programme.asks.${check.name}`, check.asks),
    fix: (check) => known(`programme.fix.${check.name}`, check.fix),
    means: (task) => known(`programme.task.${task.name}`, task.means),
  };
}

/** Where a check is mended, as far as there is a page for it that the visitor may see. */
export function fixPath(check: string, workspace: string, isOperator: boolean): string | null {
  if (NOW.has(check)) {
    return "/now";
  }
  return DRILLS.has(check) && isOperator ? continuityPath(workspace, "drills") : null;
}
