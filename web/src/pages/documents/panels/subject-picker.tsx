/** Choosing whom something is shared with: a person, a group, a department, or everyone. */

import { type ReactElement, useState } from "react";
import { useWorkspace } from "../../../app-context";
import type { Grant, ItemRole, Subject } from "../../../api/documents";
import type { Department, Group, Id, Page } from "../../../api/types";
import { type Key, useT } from "../../../i18n";
import { usePersonName } from "../../chat/names";
import { PersonPicker } from "../../chat/person-picker";
import { useAnswer } from "../../chat/use-query";
import { RoleSelect } from "./sharing-panel";

type Kind = "person" | "group" | "department" | "everyone";

const KINDS: readonly { kind: Kind; word: Key }[] = [
  { kind: "person", word: "sharing.person" },
  { kind: "group", word: "sharing.group" },
  { kind: "department", word: "sharing.department" },
  { kind: "everyone", word: "sharing.everyone" },
];

interface Named {
  id: Id;
  name: string;
}

function useNamed(query: "group-list" | "department-list"): readonly Named[] {
  const workspace = useWorkspace();
  // Departments come all at once and take no limit.
  const limit = query === "group-list" ? 200 : undefined;
  const answer = useAnswer<Page<Group | Department>>(`/api/directory/${query}`, { workspace_id: workspace.id, limit });
  return answer.data?.items ?? [];
}

export function useSubjectName(): (subject: Subject) => string {
  const t = useT();
  const personName = usePersonName();
  const groups = useNamed("group-list");
  const departments = useNamed("department-list");
  const found = (list: readonly Named[], id: Id): string => list.find((each) => each.id === id)?.name ?? t("person.unknown");
  return (subject) => {
    if (subject === "everyone") {
      return t("sharing.everyone");
    }
    if ("person" in subject) {
      return personName(subject.person);
    }
    return "group" in subject
      ? t("sharing.groupNamed", { name: found(groups, subject.group) })
      : t("sharing.departmentNamed", { name: found(departments, subject.department) });
  };
}

interface PickerProps {
  isBusy: boolean;
  isTaken(to: Subject): boolean;
  onCancel(): void;
  onAdd(grant: Grant): void;
}

export function SubjectPicker({ isBusy, isTaken, onCancel, onAdd }: PickerProps): ReactElement {
  const t = useT();
  const groups = useNamed("group-list");
  const departments = useNamed("department-list");
  const [kind, setKind] = useState<Kind>("person");
  const [id, setId] = useState<Id | null>(null);
  const [role, setRole] = useState<ItemRole>("viewer");
  const to = subjectOf(kind, id);
  const named = kind === "group" ? groups : departments;

  return (
    <div className="subject-picker">
      <div className="segments" role="group" aria-label={t("sharing.with")}>
        {KINDS.map((choice) => (
          <button
            key={choice.kind}
            type="button"
            aria-pressed={kind === choice.kind}
            onClick={() => {
              setKind(choice.kind);
              setId(null);
            }}
          >
            {t(choice.word)}
          </button>
        ))}
      </div>
      {kind === "person" ? <PersonPicker isSingle chosen={id === null ? [] : [id]} onChange={(chosen) => setId(chosen[0] ?? null)} /> : null}
      {kind === "group" || kind === "department" ? (
        <label className="field">
          <span>{t(kind === "group" ? "sharing.group" : "sharing.department")}</span>
          <select value={id ?? ""} onChange={(event) => setId(event.target.value === "" ? null : event.target.value)}>
            <option value="">{t("sharing.choose")}</option>
            {named.map((each) => (
              <option key={each.id} value={each.id}>
                {each.name}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      {kind === "everyone" ? <p className="quiet small">{t("sharing.everyoneText")}</p> : null}
      <label className="field inline">
        <span>{t("sharing.may")}</span>
        <RoleSelect role={role} label={t("sharing.may")} onChange={setRole} />
      </label>
      {to !== null && isTaken(to) ? <p className="quiet small">{t("sharing.taken")}</p> : null}
      <div className="button-row">
        <button type="button" className="button primary" disabled={to === null || isBusy} onClick={() => to !== null && onAdd({ to, role })}>
          {t("add")}
        </button>
        <button type="button" className="button" onClick={onCancel}>
          {t("cancel")}
        </button>
      </div>
    </div>
  );
}

function subjectOf(kind: Kind, id: Id | null): Subject | null {
  if (kind === "everyone") {
    return "everyone";
  }
  if (id === null) {
    return null;
  }
  return kind === "person" ? { person: id } : kind === "group" ? { group: id } : { department: id };
}
