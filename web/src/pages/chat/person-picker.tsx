/** Choosing people: search as one types, with a list of those chosen. */

import { type ReactElement, useEffect, useId, useState } from "react";
import { useStore, useWorkspace } from "../../app-context";
import type { Id, Person } from "../../api/types";
import { useT } from "../../i18n";
import { Avatar } from "../../ui/avatar";
import { Icon } from "../../ui/icon";
import { usePersonName } from "./names";

interface PickerProps {
  chosen: readonly Id[];
  onChange(chosen: Id[]): void;
  isSingle?: boolean;
  without?: readonly Id[];
  /** Those in quarantine and those who were deactivated as well. */
  isAnyone?: boolean;
}

export function PersonPicker({ chosen, onChange, isSingle = false, without = [], isAnyone = false }: PickerProps): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const people = useStore(workspace.roster.people);
  const nameOf = usePersonName();
  const [text, setText] = useState("");
  const id = useId();
  const wanted = text.trim().toLocaleLowerCase();

  useEffect(() => {
    const timer = setTimeout(() => workspace.roster.search(text.trim(), 30, isAnyone ? "all" : undefined).catch(() => undefined), 150);
    return () => clearTimeout(timer);
  }, [text, workspace, isAnyone]);

  const hidden = new Set([...without, workspace.me]);
  const shown: Person[] = [];
  for (const person of people.values()) {
    const fits = wanted === "" || `${person.name} ${person.handle} ${person.title ?? ""}`.toLocaleLowerCase().includes(wanted);
    if (fits && !hidden.has(person.id) && (isAnyone || (person.status ?? "active") === "active") && person.handle !== "") {
      shown.push(person);
      if (shown.length >= 40) {
        break;
      }
    }
  }
  const toggle = (person: Id): void => {
    if (isSingle) {
      onChange([person]);
    } else {
      onChange(chosen.includes(person) ? chosen.filter((other) => other !== person) : [...chosen, person]);
    }
  };

  return (
    <div className="picker">
      <label className="field">
        <span>{t("picker.search")}</span>
        <input type="search" value={text} onChange={(event) => setText(event.target.value)} data-first-focus aria-describedby={id} />
      </label>
      {!isSingle && chosen.length > 0 ? (
        <ul className="chips" role="list" aria-label={t("picker.chosen")}>
          {chosen.map((person) => (
            <li key={person}>
              <button type="button" className="chip" onClick={() => toggle(person)} aria-label={t("picker.remove", { name: nameOf(person) })}>
                {nameOf(person)} <Icon name="close" size={13} />
              </button>
            </li>
          ))}
        </ul>
      ) : null}
      <p id={id} className="quiet small" role="status">
        {shown.length === 0 ? t("picker.none") : t("picker.found", { count: shown.length })}
      </p>
      <ul className="picker-list" role="list">
        {shown.map((person) => (
          <li key={person.id}>
            <label className="picker-row">
              <input
                type={isSingle ? "radio" : "checkbox"}
                name={`picker-${id}`}
                checked={chosen.includes(person.id)}
                onChange={() => toggle(person.id)}
              />
              <Avatar id={person.id} name={person.name} size={30} />
              <span>
                {person.name} <span className="handle">@{person.handle}</span>
                {person.title ? <small className="quiet"> · {person.title}</small> : null}
              </span>
            </label>
          </li>
        ))}
      </ul>
    </div>
  );
}
