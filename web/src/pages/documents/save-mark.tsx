/** Where what was written is, in words, always in sight. */

import { type ReactElement, useEffect, useState } from "react";
import { useStore } from "../../app-context";
import type { LiveDocument } from "../../documents/live-document";
import type { SaveState } from "../../documents/save-state";
import { useT } from "../../i18n";
import { Icon, type IconName } from "../../ui/icon";

const ICONS: Record<SaveState, IconName> = { safe: "shield", kept: "check", unsaved: "warning" };
/** Putting a keystroke on disk takes a moment that is not worth a flicker. */
const UNSAVED_SHOWN_AFTER_MS = 400;

export function SaveMark({ live }: { live: LiveDocument }): ReactElement {
  const t = useT();
  const state = useStore(live.saved);
  const [shown, setShown] = useState<SaveState>(state);
  useEffect(() => {
    if (state !== "unsaved") {
      setShown(state);
      return;
    }
    const timer = setTimeout(() => setShown("unsaved"), UNSAVED_SHOWN_AFTER_MS);
    return () => clearTimeout(timer);
  }, [state]);
  return (
    <span className={`save-mark save-${shown}`} data-save={shown} role="status" title={t(`save.${shown}Long`)}>
      <Icon name={ICONS[shown]} size={16} />
      <span>{t(`save.${shown}`)}</span>
    </span>
  );
}
