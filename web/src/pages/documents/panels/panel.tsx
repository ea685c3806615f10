/** The frame of a panel beside the words; over them where the window is narrow. */

import { type ReactElement, type ReactNode, useEffect, useId, useRef } from "react";
import { useT } from "../../../i18n";
import { Icon } from "../../../ui/icon";

export function Panel({ title, of, onClose, children }: { title: string; of: string; onClose(): void; children: ReactNode }): ReactElement {
  const t = useT();
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();
  useEffect(() => heading.current?.focus(), []);
  return (
    <aside
      className="panel"
      aria-labelledby={id}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          event.preventDefault();
          onClose();
        }
      }}
    >
      <h1 className="only-heard only-narrow">{of}</h1>
      <header className="panel-head">
        <h2 id={id} ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <button type="button" className="button-icon" onClick={onClose} aria-label={t("close")}>
          <Icon name="close" />
        </button>
      </header>
      <div className="panel-body">{children}</div>
    </aside>
  );
}
