/** Every thing a rewind is about: what it was, is and will be, and what is to become of it. */

import { type ReactElement, Suspense, lazy, useState } from "react";
import type { PlannedChange } from "../../../api/protection";
import { useWorkspace } from "../../../app-context";
import { type Key, loadWords, momentText, useT } from "../../../i18n";
import { documentsPath } from "../../../route";
import { Link } from "../../../ui/link";
import { type Names, aspectWords, objectWords, valueWords } from "./aspect-words";
import { type Choice, type Chosen, choiceOf, choicesFor, keyOf, withChoice } from "./choices";
import { useNames } from "./use-names";
import { MODULE_WORDS } from "./words";

const CompareDialog = lazy(async () => {
  const [dialog] = await Promise.all([import("../../documents/panels/compare-dialog"), loadWords("documents"), import("../../../styles/documents.css")]);
  return { default: dialog.CompareDialog };
});

const NOTHING_CHOSEN: Chosen = new Map();

interface PlanTableProps {
  changes: readonly PlannedChange[];
  /** `null`: nothing can be chosen. */
  chosen: Chosen | null;
  onChoose?(chosen: Chosen): void;
}

export function PlanTable({ changes, chosen, onChoose }: PlanTableProps): ReactElement {
  const t = useT();
  const names = useNames();
  const heads: readonly Key[] = ["protection.what", "protection.was", "protection.is", "protection.willBe", "protection.choice"];
  return (
    <table className="plan-table" aria-label={t("protection.planned")}>
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {t(head)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {changes.map((change) => (
          <ChangeRow
            key={`${change.module} ${keyOf(change.aspect)}`}
            change={change}
            names={names}
            choice={choiceOf(chosen ?? NOTHING_CHOSEN, change)}
            {...(chosen !== null && onChoose ? { onChoice: (choice: Choice) => onChoose(withChoice(chosen, change, choice)) } : {})}
          />
        ))}
      </tbody>
    </table>
  );
}

interface ChangeRowProps {
  change: PlannedChange;
  names: Names;
  choice: Choice;
  onChoice?(choice: Choice): void;
}

function ChangeRow({ change, names, choice, onChoice }: ChangeRowProps): ReactElement {
  const t = useT();
  const { aspect, before, now, wanted } = change;
  const values = [before, now, wanted];
  const isText = aspect.kind === "document" && aspect.aspect === "text";
  const words = (value: unknown): string => valueWords(aspect, value, values.filter((other) => other !== value), names, t);
  const object = objectWords(change, names, t);
  const what = aspectWords(aspect, names, t);
  const module = MODULE_WORDS[change.module];
  const willBe = choice === "keep" ? now : choice === "as_before" ? before : wanted;
  return (
    <tr className={choice === "keep" ? "is-kept" : undefined} data-change={keyOf(aspect)}>
      <th scope="row">
        <div className="plan-what">
          <span className="quiet small">{module === undefined ? change.module : t(module)}</span>
          <strong>{object}</strong>
          <span>{what}</span>
          <small className="quiet">
            {t("protection.hits", { count: change.hits })} · {momentText(change.last_at)}
            {change.others > 0 ? ` · ${t("protection.others", { count: change.others })}` : ""}
          </small>
          {isText ? <TextLinks change={change} /> : null}
        </div>
      </th>
      <td data-head={t("protection.was")}>
        {words(before)}
      </td>
      <td data-head={t("protection.is")}>
        {words(now)}
      </td>
      <td data-head={t("protection.willBe")}>
        <strong>{words(willBe)}</strong>
      </td>
      <td data-head={t("protection.choice")}>
        {onChoice === undefined ? (
          <span>{t(CHOICE_WORDS[choice])}</span>
        ) : (
          <select aria-label={t("protection.choiceOf", { object, what })} value={choice} onChange={(event) => onChoice(event.target.value as Choice)}>
            {choicesFor(change).map((each) => (
              <option key={each} value={each}>
                {t(change.has_choice && each === "put_back" ? "protection.choose.without" : CHOICE_WORDS[each])}
              </option>
            ))}
          </select>
        )}
        {change.is_kept ? <small className="quiet">{t("protection.keptBecause")}</small> : null}
      </td>
    </tr>
  );
}

const CHOICE_WORDS: Record<Choice, Key> = {
  put_back: "protection.choose.putBack",
  as_before: "protection.choose.asBefore",
  keep: "protection.choose.keep",
};

/** The text as it was beside the text as it is, and the document itself. */
function TextLinks({ change }: { change: PlannedChange }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const [isComparing, setComparing] = useState(false);
  const before = positionOf(change.before);
  const now = positionOf(change.now);
  const document = change.aspect.object;
  return (
    <span className="plan-links">
      {before === null || now === null ? null : (
        <button type="button" className="text-button" onClick={() => setComparing(true)}>
          {t("protection.compare")}
        </button>
      )}
      <Link to={documentsPath(workspace.id, "document", document)}>{t("protection.openDocument")}</Link>
      {isComparing && before !== null && now !== null ? (
        <Suspense fallback={null}>
          <CompareDialog
            document={document}
            from={{ key: "before", seq: before, label: t("protection.was") }}
            to={{ key: "now", seq: now, label: t("protection.is") }}
            onClose={() => setComparing(false)}
          />
        </Suspense>
      ) : null}
    </span>
  );
}

function positionOf(value: unknown): number | null {
  const seq = typeof value === "object" && value !== null ? (value as { seq?: unknown }).seq : null;
  return typeof seq === "number" ? seq : null;
}
