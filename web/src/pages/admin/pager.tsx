/** Lists in pages: one at a time, forwards and back. */

import { type ReactElement, useState } from "react";
import { useT } from "../../i18n";

export interface Pages {
  cursor: string | null;
  page: number;
  isFirst: boolean;
  forwards(next: string): void;
  back(): void;
}

/** Begins anew when what is listed is another list. */
export function usePages(key: string): Pages {
  const [state, setState] = useState<{ key: string; cursors: (string | null)[] }>({ key, cursors: [null] });
  const cursors = state.key === key ? state.cursors : [null];
  return {
    cursor: cursors.at(-1) ?? null,
    page: cursors.length,
    isFirst: cursors.length === 1,
    forwards: (next) => setState({ key, cursors: [...cursors, next] }),
    back: () => setState({ key, cursors: cursors.length > 1 ? cursors.slice(0, -1) : cursors }),
  };
}

export function Pager({ pages, next }: { pages: Pages; next: string | null | undefined }): ReactElement | null {
  const t = useT();
  if (pages.isFirst && !next) {
    return null;
  }
  return (
    <nav className="button-row pages" aria-label={t("admin.pages")}>
      <button type="button" className="button" disabled={pages.isFirst} onClick={pages.back}>
        {t("admin.previous")}
      </button>
      <span className="quiet">{t("admin.page", { page: pages.page })}</span>
      <button type="button" className="button" disabled={!next} onClick={() => next && pages.forwards(next)}>
        {t("admin.next")}
      </button>
    </nav>
  );
}
