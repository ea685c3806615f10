/** The steps a drill took, and what it put back. */

import type { ReactElement } from "react";
import { timeSecondsText, useT } from "../../../../i18n";
import { StatusWord } from "../../status-word";
import type { DrillContents } from "./read-report";

export function Done({ contents: { steps, putBack } }: { contents: DrillContents }): ReactElement | null {
  const t = useT();
  if (steps.length === 0 && putBack.length === 0) {
    return null;
  }
  return (
    <section className="card" aria-labelledby="done-title">
      <h3 id="done-title">{t("drills.done")}</h3>
      <ol className="done-steps">
        {steps.map(({ at, what }) => (
          <li key={`${at} ${what}`}>
            <time dateTime={new Date(at).toISOString()}>{timeSecondsText(at)}</time> <code lang="en">{what}</code>
          </li>
        ))}
      </ol>
      {putBack.length === 0 ? null : (
        <>
          <h4>{t("drills.putBack")}</h4>
          <ul className="done-steps">
            {putBack.map(({ what, isDone, failure, manual }) => (
              <li key={what}>
                <StatusWord tone={isDone ? "good" : "bad"} word={t(isDone ? "drills.isBack" : "drills.notBack")} /> <code lang="en">{what}</code>
                {[failure, manual].map((text) => (text === null ? null : <p key={text} lang="en">{text}</p>))}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
