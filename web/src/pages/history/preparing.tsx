/** What is shown instead of rows: that they are being made, or why there are none. */

import type { ReactElement } from "react";
import { useT } from "../../i18n";
import { Failure } from "../../ui/failure";
import { Loading } from "../../ui/loading";
import type { Then } from "./use-then";

/** `null` where there is an answer to show. */
export function Waiting({ then }: { then: Then<unknown> }): ReactElement | null {
  const t = useT();
  const { progress, failure, data } = then;
  if (progress !== null) {
    const { applied, total } = progress;
    return (
      <div className="history-preparing" role="status">
        <p>{total === 0 ? t("history.preparing") : t("history.preparingPart", { applied, total })}</p>
        <progress {...(total === 0 ? {} : { value: applied, max: total })} aria-label={t("history.preparing")} />
      </div>
    );
  }
  if (failure !== null) {
    return <Failure code={failure} />;
  }
  return data === undefined ? <Loading /> : null;
}
