/** What a figure means, as a sign with its word. */

import type { ReactElement } from "react";
import { useT } from "../../../../i18n";
import { Icon, type IconName } from "../../../../ui/icon";
import type { Verdict } from "./judge";

export const LOOKS: Record<Verdict, { icon: IconName; tone: "good" | "warn" | "bad" }> = {
  kept: { icon: "check", tone: "good" },
  unproven: { icon: "question", tone: "warn" },
  missed: { icon: "stop", tone: "bad" },
  unmeasured: { icon: "question", tone: "warn" },
};

export function VerdictWord({ verdict, size = 16 }: { verdict: Verdict; size?: number }): ReactElement {
  const t = useT();
  const { icon, tone } = LOOKS[verdict];
  return (
    <span className={`verdict tone-${tone}`} data-verdict={verdict}>
      <Icon name={icon} size={size} /> {t(`availability.verdict.${verdict}`)}
    </span>
  );
}
