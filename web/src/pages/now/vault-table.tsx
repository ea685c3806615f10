/** How every partition stands with the vault; folded until somebody wants to know. */

import type { ReactElement } from "react";
import type { Status, Vault } from "../../api/types";
import { agoText, durationText, numberText, useT } from "../../i18n";
import { Icon } from "../../ui/icon";
import { useNames } from "./names";
import { type VaultLine, liveAgeMs, vaultLines } from "./vault";

interface TableProps {
  vault: Vault;
  status: Status;
  saidAt: number;
  now: number;
}

export function VaultTable({ vault, status, saidAt, now }: TableProps): ReactElement {
  const t = useT();
  const lines = vaultLines(vault, status);
  const failing = lines.filter((line) => line.failure !== null).length;
  if (lines.length === 0) {
    return <p className="quiet small">{t("vault.noPartitions")}</p>;
  }
  return (
    <details className="vault-partitions">
      <summary>
        {t("vault.partitions", { count: lines.length })}
        {failing === 0 ? null : (
          <span className="is-bad">
            {" "}
            <Icon name="warning" size={14} /> {t("vault.failing", { count: failing })}
          </span>
        )}
      </summary>
      <div className="table-scroll" tabIndex={0} role="group" aria-label={t("vault.table")}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("module.module")}</th>
              <th scope="col">{t("partition.workspace")}</th>
              <th scope="col" className="number">{t("vault.sealed")}</th>
              <th scope="col" className="number">{t("vault.waiting")}</th>
              <th scope="col" className="number">{t("vault.age")}</th>
              <th scope="col">{t("vault.lastSuccess")}</th>
              <th scope="col">{t("vault.failureColumn")}</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <Row key={line.partition} line={line} ageMs={liveAgeMs(line, saidAt, now)} now={now} />
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function Row({ line, ageMs, now }: { line: VaultLine; ageMs: number | null; now: number }): ReactElement {
  const t = useT();
  const { moduleName, workspaceName } = useNames();
  const unknown = <span className="is-bad">{t("unknown")}</span>;
  return (
    <tr>
      <th scope="row">{moduleName(line.module)}</th>
      <td>{workspaceName(line.workspace)}</td>
      <td className="number">{line.sealed_seq === null ? unknown : numberText(line.sealed_seq)}</td>
      <td className="number">
        {numberText(line.backlog)}
        {line.files_waiting === 0 ? null : <div>{t("vault.files", { count: line.files_waiting })}</div>}
      </td>
      <td className="number">{ageMs === null ? unknown : ageMs === 0 ? t("vault.nothing") : durationText(ageMs)}</td>
      <td>{line.last_success === null ? t("vault.notYet") : agoText(Math.min(line.last_success, now), now)}</td>
      <td className="vault-cause">
        {line.failure === null ? (
          <span className="tone-good">
            <Icon name="check" size={14} /> {t("module.noFailure")}
          </span>
        ) : (
          <span className="is-bad">
            <Icon name="warning" size={14} /> <code lang="en">{line.failure}</code>
          </span>
        )}
      </td>
    </tr>
  );
}
