/** Proposes people while an @name is being written. */

import { type KeyboardEvent, type ReactElement, type RefObject, useEffect, useId, useState } from "react";
import { useStore, useWorkspace } from "../../app-context";
import type { Id, Person } from "../../api/types";
import { useT } from "../../i18n";
import { Avatar } from "../../ui/avatar";
import { Icon } from "../../ui/icon";
import { tokenAt } from "./mentions";

export interface Suggestions {
  aria: Record<string, string | undefined>;
  look(text: string, at: number): void;
  close(): void;
  onKey(event: KeyboardEvent, choose: (handle: string) => void): boolean;
  view(choose: (handle: string) => void): ReactElement | null;
}

/** People whose name or handle fits what is written after an @. */
export function useSuggestions(text: string, area: RefObject<HTMLTextAreaElement | null>, withEveryone = true): Suggestions {
  const t = useT();
  const workspace = useWorkspace();
  const people = useStore(workspace.roster.people);
  const [word, setWord] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const id = useId();

  useEffect(() => {
    if (word === null || word === "") {
      return;
    }
    const timer = setTimeout(() => workspace.roster.search(word, 20).catch(() => undefined), 150);
    return () => clearTimeout(timer);
  }, [word, workspace]);

  const close = (): void => setWord(null);
  const shown: (Person | null)[] = word === null ? [] : fitting(people, word, workspace.me, withEveryone);
  const choice = shown[Math.min(at, shown.length - 1)];
  const handleOf = (person: Person | null): string => person?.handle ?? "everyone";

  return {
    aria:
      shown.length > 0
        ? { "aria-controls": id, "aria-activedescendant": `${id}-${Math.min(at, shown.length - 1)}` }
        : {},
    look: (next, position) => {
      const token = tokenAt(next, position);
      setWord(token?.word ?? null);
      setAt(0);
    },
    close,
    onKey: (event, choose) => {
      if (shown.length === 0 || choice === undefined) {
        return false;
      }
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        setAt((now) => (now + (event.key === "ArrowDown" ? 1 : shown.length - 1)) % shown.length);
        return true;
      }
      if (event.key === "Enter" || event.key === "Tab") {
        event.preventDefault();
        choose(handleOf(choice));
        return true;
      }
      if (event.key === "Escape") {
        event.preventDefault();
        close();
        return true;
      }
      return false;
    },
    view: (choose) =>
      shown.length === 0 || tokenAt(text, area.current?.selectionStart ?? text.length) === null ? null : (
        <ul id={id} className="suggestions" role="listbox" aria-label={t("composer.people")}>
          {shown.map((person, index) => (
            <li
              key={person?.id ?? "everyone"}
              id={`${id}-${index}`}
              role="option"
              aria-selected={person === choice}
              onPointerDown={(event) => {
                event.preventDefault();
                choose(handleOf(person));
              }}
            >
              {person === null ? <Icon name="people" size={20} /> : <Avatar id={person.id} name={person.name} size={24} />}
              <span>{person?.name ?? t("composer.everyone")}</span>
              <span className="handle">@{handleOf(person)}</span>
            </li>
          ))}
        </ul>
      ),
  };
}

function fitting(people: ReadonlyMap<Id, Person>, word: string, me: Id, withEveryone: boolean): (Person | null)[] {
  const wanted = word.toLocaleLowerCase();
  const found: (Person | null)[] = withEveryone && "everyone".startsWith(wanted) ? [null] : [];
  for (const person of people.values()) {
    const fits =
      person.handle.toLocaleLowerCase().startsWith(wanted) || person.name.toLocaleLowerCase().includes(wanted);
    if (fits && person.id !== me && person.handle !== "" && (person.status ?? "active") === "active") {
      found.push(person);
      if (found.length >= 8) {
        break;
      }
    }
  }
  return found;
}
