/** A message and its replies, beside the conversation. */

import { type ReactElement, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useClient, useStore, useWorkspace } from "../../app-context";
import type { Conversation, Id, Message } from "../../api/types";
import { overlaid, pendingMessages } from "../../chat/overlay";
import { useT } from "../../i18n";
import { chatPath, navigate } from "../../route";
import { Failure, codeOf } from "../../ui/failure";
import { Icon } from "../../ui/icon";
import { Loading } from "../../ui/loading";
import { Composer } from "./composer";
import { useKeptFocus } from "./kept-focus";
import { MessageRow, PendingRow } from "./message-row";
import { rowsOf } from "./rows";

interface ThreadAnswer {
  root?: Message;
  items: Message[];
}

export default function ThreadPane({ row, root }: { row: Conversation; root: Id }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const client = useClient();
  const items = useStore(client.outbox);
  const changes = useStore(workspace.changes);
  const main = useStore(workspace.timelines.of(row.id));
  const [fetched, setFetched] = useState<Message[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [active, setActive] = useState<string | null>(null);
  const [editing, setEditing] = useState<Message | null>(null);
  const end = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLOListElement>(null);

  const load = useCallback(async () => {
    try {
      const answer = await client.transport.query<ThreadAnswer>("/api/messaging/thread", {
        workspace_id: workspace.id,
        message_id: root,
        limit: 200,
      });
      const all = answer.root ? [answer.root, ...answer.items] : answer.items;
      setFetched(all);
      setFailure(null);
    } catch (error) {
      setFailure(codeOf(error));
    }
  }, [client, workspace, root]);

  useEffect(() => {
    const timer = setTimeout(() => void load(), changes === 0 ? 0 : 80);
    return () => clearTimeout(timer);
  }, [load, changes]);

  const messages = useMemo(() => {
    // What the conversation has loaded serves until a site answers, and keeps up with events.
    const known = new Map<Id, Message>();
    for (const message of [...(fetched ?? []), ...main.messages]) {
      if (message.id === root || message.thread_of === root) {
        known.set(message.id, message);
      }
    }
    return [...known.values()].sort((a, b) => a.position - b.position);
  }, [fetched, main.messages, root]);

  const rows = useMemo(() => {
    const ids = new Set(messages.map((message) => message.id));
    const own = pendingMessages(items, row.id, ids).filter((pending) => pending.thread_of === root);
    return rowsOf(overlaid(messages, items), own, workspace.me, null);
  }, [messages, items, row.id, root, workspace.me]);

  const keptFocus = useKeptFocus(list, rows);
  const count = rows.length;
  useEffect(() => {
    end.current?.scrollIntoView({ block: "end" });
  }, [count]);

  const keys = rows.filter((entry) => entry.kind === "message" || entry.kind === "pending").map((entry) => entry.key);
  const stop = active !== null && keys.includes(active) ? active : (keys.at(-1) ?? null);
  const close = (): void => navigate(chatPath(workspace.id, row.id));

  return (
    <aside
      className="thread pane"
      aria-label={t("thread.label")}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.defaultPrevented) {
          close();
        }
      }}
    >
      <header className="pane-head">
        <h2>{t("thread.label")}</h2>
        <button type="button" className="button-icon" onClick={close} aria-label={t("thread.close")}>
          <Icon name="close" />
        </button>
      </header>
      <div className="pane-body">
        {messages.length === 0 && failure === null ? <Loading /> : null}
        {failure !== null && messages.length === 0 ? <Failure code={failure} onRetry={() => void load()} /> : null}
        <ol
          role="list"
          ref={list}
          aria-label={t("thread.messages")}
          {...keptFocus}
          onKeyDown={(event) => {
            const element = (event.target as Element).closest<HTMLElement>("[data-key]");
            const index = keys.indexOf(element?.dataset["key"] ?? "");
            const to = { ArrowDown: index + 1, ArrowUp: index - 1 }[event.key];
            const key = to === undefined || event.target !== element ? undefined : keys[to];
            if (key !== undefined) {
              event.preventDefault();
              event.currentTarget.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
            }
          }}
        >
          {rows.map((entry) =>
            entry.kind === "message" ? (
              <MessageRow
                key={entry.key}
                row={row}
                message={entry.message}
                isGrouped={entry.isGrouped}
                isStop={entry.key === stop}
                isInThread
                onActive={setActive}
                onEdit={setEditing}
              />
            ) : entry.kind === "pending" ? (
              <PendingRow
                key={entry.key}
                row={row}
                pending={entry.pending}
                isGrouped={entry.isGrouped}
                isStop={entry.key === stop}
                onActive={setActive}
              />
            ) : null,
          )}
        </ol>
        <div ref={end} />
      </div>
      {row.can_post && !row.archived ? (
        <Composer
          key={editing?.id ?? "new"}
          row={row}
          threadOf={root}
          label={t("thread.write")}
          editing={editing}
          onEditEnd={() => setEditing(null)}
        />
      ) : null}
    </aside>
  );
}
