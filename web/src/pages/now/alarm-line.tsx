/** An alarm at the top of the page, with the way to what is known about it. */

import type { ReactElement } from "react";
import { useT } from "../../i18n";
import { Icon } from "../../ui/icon";
import type { VaultLook } from "./vault";

export function AlarmLine({ look, title }: { look: VaultLook; title: string }): ReactElement {
  const t = useT();
  return (
    <p className="now-alarm">
      <Icon name={look.icon} />
      <span>
        <strong>{t(look.word)}.</strong> {t(look.text)}
      </span>
      <button
        type="button"
        className="button small"
        onClick={() => {
          const heading = document.getElementById(title);
          heading?.focus({ preventScroll: true });
          heading?.scrollIntoView({ block: "start" });
        }}
      >
        {t("vault.show")}
      </button>
    </p>
  );
}
