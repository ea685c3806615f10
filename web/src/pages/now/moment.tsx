/** A figure that is a moment: how long ago, and the very time for whoever points at it. */

import type { ReactElement } from "react";
import { agoText, dateTimeText, useT } from "../../i18n";

export function Moment({ word, at, now }: { word: string; at: number | null; now: number }): ReactElement {
  const t = useT();
  return (
    <div>
      <dt>{word}</dt>
      <dd>
        {at === null ? (
          t("vault.notYet")
        ) : (
          <time dateTime={new Date(at).toISOString()} title={dateTimeText(at)}>
            {agoText(Math.min(at, now), now)}
          </time>
        )}
      </dd>
    </div>
  );
}
