/** What a drill found wanting: somebody has to see to it by a day. */

import type { ReactElement } from "react";
import { dayText, useT } from "../../../../i18n";
import { Icon, type IconName } from "../../../../ui/icon";
import type { DrillFinding, Severity } from "./read-report";

const LOOKS: Record<Severity, { icon: IconName; tone: "bad" | "warn" | "plain" }> = {
  high: { icon: "stop", tone: "bad" },
  medium: { icon: "warning", tone: "warn" },
  low: { icon: "eye", tone: "plain" },
};

export function Findings({ findings }: { findings: readonly DrillFinding[] }): ReactElement {
  const t = useT();
  return (
    <section className="card" aria-labelledby="findings-title">
      <h3 id="findings-title">{t("drills.findings")}</h3>
      {findings.length === 0 ? <p>{t("drills.noFindings")}</p> : null}
      <ul className="exclusion-list" role="list">
        {findings.map((finding) => (
          <Finding key={finding.id} finding={finding} />
        ))}
      </ul>
    </section>
  );
}

function Finding({ finding }: { finding: DrillFinding }): ReactElement {
  const t = useT();
  const look = finding.severity === null ? null : LOOKS[finding.severity];
  return (
    <li data-finding={finding.id}>
      <div className="grow">
        <p>
          <span className={`verdict tone-${look?.tone ?? "plain"}`}>
            <Icon name={look?.icon ?? "question"} size={16} />{" "}
            {finding.severity === null ? t("drills.severity.unknown") : t(`drills.severity.${finding.severity}`)}
          </span>{" "}
          <strong lang="en">{finding.title}</strong>
        </p>
        {finding.detail === null ? null : <p lang="en">{finding.detail}</p>}
        <dl className="finding-facts small">
          {finding.function === null ? null : <Fact word={t("drills.function")} value={finding.function} />}
          <Fact word={t("drills.owner")} value={finding.owner ?? t("drills.noOwner")} />
          <Fact word={t("drills.due")} value={finding.due === null ? t("drills.noDue") : dayText(finding.due)} />
        </dl>
      </div>
    </li>
  );
}

function Fact({ word, value }: { word: string; value: string }): ReactElement {
  return (
    <div>
      <dt>{word}</dt>
      <dd>{value}</dd>
    </div>
  );
}
