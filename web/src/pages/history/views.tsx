/** What can be looked at: each is an existing list, as of a moment. */

import { Button } from "antd";
import { type ReactElement, useState } from "react";
import type { Id, Millis } from "../../api/types";
import { type Key, type Translate, useT } from "../../i18n";
import { useRoleName } from "../admin/role-names";
import { usePersonName } from "../chat/names";
import { Waiting } from "./preparing";
import { MessagesThen } from "./messages-then";
import { ThenTable } from "./then-table";
import { useRows, useThen } from "./use-then";

interface PersonRow {
  id: Id;
  name: string;
  handle: string;
  title?: string | null;
  role: string;
  status: string;
}

interface Named {
  id: Id;
  name: string;
}

type View = (props: { moment: Millis | null }) => ReactElement;

/** Something that was opened in a list. */
function useOpened<T>(): { opened: T | null; open(what: T): void; back: ReactElement } {
  const t = useT();
  const [opened, setOpened] = useState<T | null>(null);
  const back = (
    <Button className="history-back" onClick={() => setOpened(null)} autoFocus>
      {t("history.back")}
    </Button>
  );
  return { opened, open: setOpened, back };
}

function usePeopleColumns(): { title: string; text(row: PersonRow): string }[] {
  const t = useT();
  const roleName = useRoleName();
  return [
    { title: t("history.name"), text: (row) => row.name },
    { title: t("history.handle"), text: (row) => row.handle },
    { title: t("history.role"), text: (row) => roleName(row.role) },
    { title: t("history.jobTitle"), text: (row) => row.title ?? "" },
    { title: t("history.status"), text: (row) => statusText(row.status, t) },
  ];
}

const STATUS_WORDS: Partial<Record<string, Key>> = {
  active: "history.active",
  quarantined: "history.quarantined",
  deactivated: "history.deactivated",
};

/** A status that is not known here is named as it is: whatever it is, it is not `active`. */
export function statusText(status: string, t: Translate): string {
  const word = STATUS_WORDS[status];
  return word === undefined ? status : t(word);
}

function PeopleThen({ moment, label, path, parameters }: { moment: Millis | null; label: string; path: string; parameters: Record<string, string | number> }): ReactElement {
  const columns = usePeopleColumns();
  return <ThenTable<PersonRow> label={label} path={path} parameters={parameters} moment={moment} rowKey={(row) => row.id} columns={columns} />;
}

const People: View = ({ moment }) => {
  const t = useT();
  return <PeopleThen moment={moment} label={t("history.people")} path="/api/directory/person-list" parameters={{ status: "all", limit: 200 }} />;
};

const Groups: View = ({ moment }) => {
  const t = useT();
  const { opened, open, back } = useOpened<Named>();
  if (opened !== null) {
    return (
      <>
        {back}
        <h3>{opened.name}</h3>
        <PeopleThen moment={moment} label={opened.name} path="/api/directory/group-members" parameters={{ group_id: opened.id, limit: 200 }} />
      </>
    );
  }
  return (
    <ThenTable<Named & { members_count: number }>
      label={t("history.groups")}
      path="/api/directory/group-list"
      parameters={{ limit: 200 }}
      moment={moment}
      rowKey={(row) => row.id}
      columns={[
        { title: t("history.name"), text: (row) => row.name },
        { title: t("history.peopleCount"), text: (row) => String(row.members_count) },
      ]}
      onOpen={open}
    />
  );
};

const Departments: View = ({ moment }) => {
  const t = useT();
  const { opened, open, back } = useOpened<Named>();
  const then = useRows<Named>("/api/directory/department-list", moment);
  const names = new Map(then.data?.items.map((department) => [department.id, department.name]));
  if (opened !== null) {
    return (
      <>
        {back}
        <h3>{opened.name}</h3>
        <PeopleThen moment={moment} label={opened.name} path="/api/directory/person-list" parameters={{ department: opened.id, status: "all", limit: 200 }} />
      </>
    );
  }
  return (
    <ThenTable<Named & { parent?: Id | null; people_count: number }>
      label={t("history.departments")}
      path="/api/directory/department-list"
      moment={moment}
      rowKey={(row) => row.id}
      columns={[
        { title: t("history.name"), text: (row) => row.name },
        { title: t("history.parent"), text: (row) => (row.parent ? (names.get(row.parent) ?? "") : t("history.top")) },
        { title: t("history.peopleCount"), text: (row) => String(row.people_count) },
      ]}
      onOpen={open}
    />
  );
};

interface ConversationThen {
  id: Id;
  kind: "direct" | "group" | "channel";
  name?: string | null;
  topic?: string | null;
  with?: Id | null;
  members_count: number;
}

const Conversations: View = ({ moment }) => {
  const t = useT();
  const personName = usePersonName();
  const { opened, open, back } = useOpened<ConversationThen>();
  const name = (row: ConversationThen): string => row.name ?? (row.with ? personName(row.with) : t(`history.${row.kind}`));
  if (opened !== null) {
    return (
      <>
        {back}
        <h3>{name(opened)}</h3>
        <MessagesThen moment={moment} conversation={opened.id} />
      </>
    );
  }
  return (
    <ThenTable<ConversationThen>
      label={t("history.conversations")}
      path="/api/messaging/conversation-list"
      parameters={{ limit: 200 }}
      moment={moment}
      rowKey={(row) => row.id}
      columns={[
        { title: t("history.name"), text: name },
        { title: t("history.kind"), text: (row) => t(`history.${row.kind}`) },
        { title: t("history.topic"), text: (row) => row.topic ?? "" },
        { title: t("history.peopleCount"), text: (row) => String(row.members_count) },
      ]}
      onOpen={open}
    />
  );
};

interface ItemThen {
  id: Id;
  kind: "folder" | "document" | "file";
  name: string;
  changed_by: Id;
}

const Documents: View = ({ moment }) => {
  const t = useT();
  const personName = usePersonName();
  const { opened, open, back } = useOpened<ItemThen | null>();
  if (opened !== null && opened.kind !== "folder") {
    return (
      <>
        {back}
        <h3>{opened.name}</h3>
        {opened.kind === "document" ? <TextThen moment={moment} document={opened.id} /> : null}
      </>
    );
  }
  return (
    <>
      {opened === null ? null : back}
      {opened === null ? null : <h3>{opened.name}</h3>}
      <ThenTable<ItemThen>
        label={opened?.name ?? t("history.documents")}
        path="/api/documents/folder"
        parameters={opened === null ? { limit: 200 } : { folder_id: opened.id, limit: 200 }}
        moment={moment}
        rowKey={(row) => row.id}
        columns={[
          { title: t("history.name"), text: (row) => row.name },
          { title: t("history.kind"), text: (row) => t(`history.${row.kind}`) },
          { title: t("history.changedBy"), text: (row) => personName(row.changed_by) },
        ]}
        onOpen={open}
      />
    </>
  );
};

function TextThen({ moment, document }: { moment: Millis | null; document: Id }): ReactElement {
  const then = useThen<{ markdown: string }>("/api/documents/export-markdown", moment, { document_id: document });
  return then.data === undefined ? <Waiting then={then} /> : <pre className="history-text">{then.data.markdown}</pre>;
}

export const VIEWS = { people: People, groups: Groups, departments: Departments, conversations: Conversations, documents: Documents } as const;
export type ViewName = keyof typeof VIEWS;
