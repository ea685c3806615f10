/** Words about a drill that both its row and its page need. */

import type { ReactElement } from "react";
import type { Drill } from "../../../../api/types";
import { useT } from "../../../../i18n";
import { Icon } from "../../../../ui/icon";

/** `open`: it has not ended, and may never do so where whoever ran it was stopped. */
export type DrillState = "open" | "passed" | "failed";

export function drillState(drill: Drill): DrillState {
  return drill.ended_at === null ? "open" : drill.passed === true ? "passed" : "failed";
}

const LOOKS = {
  open: { icon: "clock", tone: "warn", word: "drills.open" },
  passed: { icon: "check", tone: "good", word: "drill.passed" },
  failed: { icon: "stop", tone: "bad", word: "drill.failed" },
} as const;

export function DrillResult({ drill }: { drill: Drill }): ReactElement {
  const t = useT();
  const { icon, tone, word } = LOOKS[drillState(drill)];
  return (
    <span className={`verdict tone-${tone}`} data-drill-state={drillState(drill)}>
      <Icon name={icon} size={16} /> {t(word)}
    </span>
  );
}

/** Which site it was about; some are about both. */
export function useSiteWords(): (site: string) => string {
  const t = useT();
  return (site) => (site === "both" ? t("drills.bothSites") : t("site.named", { site }));
}
