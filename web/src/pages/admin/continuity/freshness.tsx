/** How the data of a page stands: coming, of a moment, old, or not to be had. */

import type { ReactElement } from "react";
import { errorText, timeSecondsText, useT } from "../../../i18n";
import { Failure } from "../../../ui/failure";
import { Icon } from "../../../ui/icon";
import { Loading } from "../../../ui/loading";
import type { Asked } from "./use-continuity";

export function Freshness({ asked }: { asked: Asked<unknown> }): ReactElement {
  const t = useT();
  const { data, at, failure, isLoading, isOld, reload } = asked;
  if (data === undefined) {
    return failure !== null && !isLoading ? <Failure code={failure} onRetry={reload} /> : <Loading />;
  }
  if (failure !== null) {
    return (
      <p className="banner stale" role="alert">
        <Icon name="warning" /> {t("continuity.stale", { time: timeSecondsText(at) })} {errorText(failure)}
        <button type="button" className="button" onClick={reload}>
          {t("retry")}
        </button>
      </p>
    );
  }
  return <p className="quiet small">{isOld ? t("loading") : t("continuity.asOf", { time: timeSecondsText(at) })}</p>;
}
