/** People in two lists: those who have, and those who have not. */

import type { ReactElement } from "react";
import type { Id } from "../../api/types";
import { dateTimeText } from "../../i18n";
import { Avatar } from "../../ui/avatar";

export interface ListedPerson {
  person: Id;
  name: string;
  at?: number | null;
  note?: string;
}

export function PeopleColumn({ title, people, none }: { title: string; people: readonly ListedPerson[]; none: string }): ReactElement {
  return (
    <section className="people-column">
      <h3>{title}</h3>
      {people.length === 0 ? <p className="quiet">{none}</p> : null}
      <ul role="list">
        {people.map(({ person, name, at, note }) => (
          <li key={person}>
            <Avatar id={person} name={name} size={28} />
            <span>{name}</span>
            {at ? <time dateTime={new Date(at).toISOString()}>{dateTimeText(at)}</time> : null}
            {note ? <small>{note}</small> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
