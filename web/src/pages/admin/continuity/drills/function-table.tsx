/** How each thing that people do fared in a drill. */

import type { ReactElement } from "react";
import { type Key, durationText, numberText, useT } from "../../../../i18n";
import { Icon } from "../../../../ui/icon";
import { useNames } from "../../../now/names";
import { percentText } from "../figure-text";
import type { FunctionLine } from "./read-report";

const NAMES: Record<string, Key> = {
  session: "availability.step.session",
  "find people": "availability.step.findPeople",
  "update person": "drills.function.updatePerson",
  "read messages": "drills.function.readMessages",
  "post message": "availability.step.post",
  "search messages": "drills.function.searchMessages",
  "read timeline": "drills.function.readTimeline",
  "file document": "drills.function.fileDocument",
  "read documents": "drills.function.readDocuments",
};

interface Column {
  word: Key;
  text(line: FunctionLine): string | null;
  isBad?(line: FunctionLine): boolean;
}

const orNone = (value: number | null, text: (value: number) => string): string | null => (value === null ? null : text(value));
const perSecond = (value: number): string => numberText(value, 1);
const isMissed = ({ objectiveMs, rtoMs }: FunctionLine): boolean => objectiveMs !== null && rtoMs !== null && rtoMs > objectiveMs;

const COLUMNS: readonly Column[] = [
  { word: "drills.objective", text: (line) => orNone(line.objectiveMs, durationText) },
  { word: "drill.rto", text: (line) => orNone(line.rtoMs, durationText), isBad: isMissed },
  { word: "drills.available", text: (line) => orNone(line.availablePct, percentText) },
  { word: "drills.before", text: (line) => orNone(line.before, perSecond) },
  { word: "drills.during", text: (line) => orNone(line.during, perSecond) },
  { word: "drills.after", text: (line) => orNone(line.after, perSecond) },
  { word: "drill.lost", text: (line) => orNone(line.lost, numberText), isBad: (line) => (line.lost ?? 0) > 0 },
  { word: "drill.duplicated", text: (line) => orNone(line.duplicated, numberText), isBad: (line) => (line.duplicated ?? 0) > 0 },
  { word: "drills.worked", text: ({ worked, tried }) => (worked === null || tried === null ? null : `${numberText(worked)} / ${numberText(tried)}`) },
  { word: "drills.longestGap", text: (line) => orNone(line.longestGapMs, durationText) },
];

/** Columns of which no line has anything are left out: older reports know less. */
export function FunctionTable({ lines }: { lines: readonly FunctionLine[] }): ReactElement {
  const t = useT();
  const columns = COLUMNS.filter((column) => lines.some((line) => column.text(line) !== null));
  const failures = lines.filter((line) => line.lastFailure !== null);
  return (
    <section className="card" aria-labelledby="functions-title">
      <h3 id="functions-title">{t("drills.functions")}</h3>
      <div className="wide-table" tabIndex={0} role="group" aria-labelledby="functions-title">
        <table>
          <thead>
            <tr>
              <th scope="col">{t("drills.function")}</th>
              <th scope="col">{t("module.module")}</th>
              {columns.map(({ word }) => (
                <th key={word} scope="col" className="number">
                  {t(word)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <FunctionRow key={`${line.module} ${line.name}`} line={line} columns={columns} />
            ))}
          </tbody>
        </table>
      </div>
      {failures.length === 0 ? null : (
        <details>
          <summary>{t("drills.lastFailures")}</summary>
          <ul className="evidence">
            {failures.map((line) => (
              <li key={`${line.module} ${line.name}`}>
                <code lang="en">{`${line.module} / ${line.name ?? ""}: ${line.lastFailure}`}</code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function FunctionRow({ line, columns }: { line: FunctionLine; columns: readonly Column[] }): ReactElement {
  const t = useT();
  const { moduleName } = useNames();
  const name = NAMES[line.name ?? ""];
  return (
    <tr>
      <th scope="row">{name === undefined ? (line.name ?? t("drills.firstUse")) : t(name)}</th>
      <td>{moduleName(line.module)}</td>
      {columns.map((column) => {
        const isBad = column.isBad?.(line) ?? false;
        return (
          <td key={column.word} className={isBad ? "number is-bad" : "number"}>
            {isBad ? <Icon name="warning" size={15} label={t("drills.notAsPromised")} /> : null} {column.text(line) ?? <span aria-hidden>–</span>}
          </td>
        );
      })}
    </tr>
  );
}
