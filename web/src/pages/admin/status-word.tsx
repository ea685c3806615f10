/** A status with its icon and its word: colour alone says nothing to some. */

import type { ReactElement } from "react";
import { Icon, type IconName } from "../../ui/icon";

export type StatusTone = "good" | "bad" | "warn" | "plain";

const ICONS: Record<StatusTone, IconName> = { good: "check", bad: "stop", warn: "clock", plain: "close" };

export function StatusWord({ tone, word }: { tone: StatusTone; word: string }): ReactElement {
  return (
    <span className={`status-word tone-${tone}`}>
      <Icon name={ICONS[tone]} size={15} /> {word}
    </span>
  );
}
