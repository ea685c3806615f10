/** How one runs a drill: the line for a terminal, to copy. */

import { type ReactElement, useState } from "react";
import { useApp, useSites, useStore } from "../../../../app-context";
import { useT } from "../../../../i18n";
import { announce } from "../../../../ui/announce";
import { Icon } from "../../../../ui/icon";
import { breaksSite, runLine } from "./run-line";

export function HowToRun({ scenario }: { scenario: string }): ReactElement {
  const t = useT();
  const { sessions } = useApp();
  const user = useStore(sessions)?.account.user ?? "";
  const sites = useSites().sites.filter((site) => site.name !== "");
  const [chosen, setChosen] = useState("");
  const [isCopied, setCopied] = useState(false);
  const site = chosen === "" ? (sites.at(-1)?.name ?? "SITE") : chosen;
  const line = runLine({ scenario, site, urls: sites.map(({ url }) => url), user });

  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(line);
    setCopied(true);
    announce(t("drills.copied"));
  };

  return (
    <section className="card" aria-labelledby="run-title">
      <h3 id="run-title">{t("drills.howTo")}</h3>
      <p>{t("drills.howToText")}</p>
      {breaksSite(scenario) && sites.length > 1 ? (
        <label className="scenario-choice">
          <span>{t("drills.siteToBreak")}</span>
          <select value={site} onChange={(event) => setChosen(event.target.value)}>
            {sites.map(({ name }) => (
              <option key={name} value={name}>
                {t("site.named", { site: name })}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      <pre className="run-line" tabIndex={0} aria-label={t("drills.line")}>
        <code>{line}</code>
      </pre>
      <p className="button-row run-actions">
        {/* Absent where the page was not loaded over a safe connection. */}
        {"clipboard" in navigator ? (
          <button type="button" className="button small" onClick={() => void copy().catch(() => setCopied(false))}>
            <Icon name={isCopied ? "check" : "document"} size={16} /> {t(isCopied ? "drills.copied" : "drills.copy")}
          </button>
        ) : null}
        <span className="quiet small">{t("drills.howToMore")}</span>
        <code>sekoci drill list</code>
      </p>
    </section>
  );
}
