/** Each module's health, and who leads each partition. */

import type { ReactElement } from "react";
import type { ModuleState, Status } from "../../api/types";
import { type Key, agoText, numberText, useT } from "../../i18n";
import { Icon, type IconName } from "../../ui/icon";
import { useNames } from "./names";

const STATE: Record<ModuleState, { word: Key; icon: IconName; tone: "good" | "warn" | "bad" }> = {
  running: { word: "module.running", icon: "check", tone: "good" },
  overloaded: { word: "module.overloaded", icon: "warning", tone: "warn" },
  restarting: { word: "module.restarting", icon: "retry", tone: "warn" },
  hung: { word: "module.hung", icon: "clock", tone: "bad" },
  failed: { word: "module.failed", icon: "stop", tone: "bad" },
};

function StateWord({ state }: { state: ModuleState }): ReactElement {
  const t = useT();
  const known = STATE[state] ?? { word: "unknown" as Key, icon: "question" as IconName, tone: "bad" as const };
  return (
    <span className={`result-word tone-${known.tone}`}>
      <Icon name={known.icon} size={16} /> {t(known.word)}
    </span>
  );
}

export function ModuleTable({ status }: { status: Status }): ReactElement {
  const t = useT();
  const { moduleName } = useNames();
  return (
    <section className="card modules" aria-labelledby="modules-title">
      <h2 id="modules-title">{t("module.title")}</h2>
      <div className="table-scroll" tabIndex={0} role="group" aria-labelledby="modules-title">
        <table>
          <thead>
            <tr>
              <th scope="col">{t("module.module")}</th>
              <th scope="col">{t("module.state")}</th>
              <th scope="col" className="number">{t("module.queue")}</th>
              <th scope="col" className="number">{t("module.restarts")}</th>
              <th scope="col">{t("module.lastFailure")}</th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(status.modules).map(([name, module]) => (
              <tr key={name}>
                <th scope="row">{moduleName(name)}</th>
                <td>
                  <StateWord state={module.state} />
                </td>
                <td className="number">{numberText(module.queue)}</td>
                <td className="number">{numberText(module.restarts)}</td>
                <td>{module.last_failure_at ? agoText(module.last_failure_at) : t("module.noFailure")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

export function PartitionTable({ status }: { status: Status }): ReactElement {
  const t = useT();
  const { moduleName, workspaceName } = useNames();
  return (
    <section className="card wide" aria-labelledby="partitions-title">
      <h2 id="partitions-title">{t("partition.title")}</h2>
      <div className="table-scroll" tabIndex={0} role="group" aria-labelledby="partitions-title">
        <table>
          <thead>
            <tr>
              <th scope="col">{t("module.module")}</th>
              <th scope="col">{t("partition.workspace")}</th>
              <th scope="col">{t("partition.lead")}</th>
              <th scope="col" className="number">{t("partition.entries")}</th>
              <th scope="col" className="number">{t("partition.atPeer")}</th>
              <th scope="col" className="number">{t("partition.lag")}</th>
              <th scope="col">{t("module.state")}</th>
            </tr>
          </thead>
          <tbody>
            {status.partitions.map((partition) => (
              <tr key={partition.partition}>
                <th scope="row">{moduleName(partition.module)}</th>
                <td>{workspaceName(partition.workspace)}</td>
                <td>{partition.lead === null ? t("unknown") : t("site.named", { site: partition.lead })}</td>
                <td className="number">{partition.seq === null ? t("unknown") : numberText(partition.seq)}</td>
                <td className="number">
                  {partition.seq_at_peer === null || partition.seq_at_peer === undefined ? (
                    <span className="is-bad">{t("unknown")}</span>
                  ) : (
                    numberText(partition.seq_at_peer)
                  )}
                </td>
                <td className="number">
                  {partition.lag === null ? <span className="is-bad">{t("unknown")}</span> : numberText(partition.lag)}
                </td>
                <td>
                  <StateWord state={partition.state} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
