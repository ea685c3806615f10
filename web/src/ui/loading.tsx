/** Something is on its way. */

import type { ReactElement } from "react";
import { useT } from "../i18n";

export function Loading(): ReactElement {
  const t = useT();
  return (
    <div className="loading" role="status">
      <span className="spinner" aria-hidden />
      {t("loading")}
    </div>
  );
}
