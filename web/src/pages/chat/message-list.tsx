/** The messages of a conversation: a window that follows the reader and never jumps under them. */

import { type KeyboardEvent, type ReactElement, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useClient, useStore, useWorkspace } from "../../app-context";
import type { Conversation, Message } from "../../api/types";
import { overlaid, pendingMessages } from "../../chat/overlay";
import { dayText, useT } from "../../i18n";
import { chatPath, navigate } from "../../route";
import { announce } from "../../ui/announce";
import { Failure } from "../../ui/failure";
import { Icon } from "../../ui/icon";
import { Loading } from "../../ui/loading";
import { useKeptFocus } from "./kept-focus";
import { MessageRow, PendingRow } from "./message-row";
import { useConversationName, usePersonName } from "./names";
import { rowsOf } from "./rows";

const NEAR_EDGE_PX = 500;
const AT_END_PX = 60;

interface ListProps {
  row: Conversation;
  at: number | null;
  onEdit(message: Message): void;
}

export function MessageList({ row, at, onEdit }: ListProps): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const client = useClient();
  const view = useStore(workspace.timelines.of(row.id));
  const items = useStore(client.outbox);
  const name = useConversationName()(row);
  const scroller = useRef<HTMLDivElement>(null);
  const anchor = useRef<{ key: string; top: number } | null>(null);
  const isAtEnd = useRef(true);
  const [isAway, setAway] = useState(false);
  const [active, setActive] = useState<string | null>(null);
  // What was unread when the conversation was opened; it stays put while one reads.
  const [opening] = useState(() => ({
    newAfter: row.unread > 0 ? row.read_up_to : null,
    unread: row.unread,
  }));
  const [hasJumped, setJumped] = useState(at !== null || opening.unread === 0);

  useEffect(() => {
    void (at === null ? workspace.timelines.openAtEnd(row.id) : workspace.timelines.openAround(row.id, at));
  }, [workspace, row.id, at]);

  const rows = useMemo(() => {
    const main = view.messages.filter((message) => !message.thread_of);
    const ids = new Set(view.messages.map((message) => message.id));
    const own = view.hasNewer ? [] : pendingMessages(items, row.id, ids).filter((pending) => pending.thread_of === null);
    return rowsOf(overlaid(main, items), own, workspace.me, opening.newAfter);
  }, [view, items, row.id, workspace.me, opening]);

  const keptFocus = useKeptFocus(scroller, rows);
  const messageKeys = useMemo(
    () => rows.filter((entry) => entry.kind === "message" || entry.kind === "pending").map((entry) => entry.key),
    [rows],
  );
  const stop = active !== null && messageKeys.includes(active) ? active : (messageKeys.at(-1) ?? null);

  const markRead = useCallback(() => {
    const last = workspace.timelines.of(row.id).get().messages.at(-1)?.position;
    const isSeen = document.visibilityState === "visible" && document.hasFocus() && isAtEnd.current;
    if (isSeen && last !== undefined && !workspace.timelines.of(row.id).get().hasNewer) {
      workspace.markRead(row.id, last);
    }
  }, [workspace, row.id]);

  useEffect(() => {
    markRead();
    addEventListener("focus", markRead);
    document.addEventListener("visibilitychange", markRead);
    return () => {
      removeEventListener("focus", markRead);
      document.removeEventListener("visibilitychange", markRead);
    };
  }, [markRead, view]);

  // Before the browser paints: stay at the end if one was there, else keep what was in sight in place.
  useLayoutEffect(() => {
    const box = scroller.current;
    if (box === null) {
      return;
    }
    if (at !== null && !isPlaced.current) {
      const target = box.querySelector<HTMLElement>(`[data-position="${at}"]`);
      if (target !== null) {
        isPlaced.current = true;
        isAtEnd.current = false;
        target.scrollIntoView({ block: "center" });
        target.focus({ preventScroll: true });
        remember();
      }
      return;
    }
    if (isAtEnd.current) {
      box.scrollTop = box.scrollHeight;
      noteNewLine();
    } else if (anchor.current !== null) {
      const kept = box.querySelector<HTMLElement>(`[data-key="${CSS.escape(anchor.current.key)}"]`);
      if (kept !== null) {
        box.scrollTop += kept.getBoundingClientRect().top - box.getBoundingClientRect().top - anchor.current.top;
      }
    }
  }, [rows, at]);
  const isPlaced = useRef(false);
  useEffect(() => {
    isPlaced.current = false;
  }, [at]);

  // Images and late fonts change heights without a render.
  useEffect(() => {
    const box = scroller.current;
    const inner = box?.firstElementChild;
    if (!box || !inner) {
      return;
    }
    const observer = new ResizeObserver(() => {
      if (isAtEnd.current) {
        box.scrollTop = box.scrollHeight;
      }
    });
    observer.observe(inner);
    observer.observe(box);
    return () => observer.disconnect();
  }, []);

  /** Once the line before what is new has been in sight, there is nothing to jump to. */
  function noteNewLine(): void {
    const box = scroller.current;
    const line = box?.querySelector(".new-line");
    if (box && line && line.getBoundingClientRect().bottom > box.getBoundingClientRect().top) {
      setJumped(true);
    }
  }

  function remember(): void {
    const box = scroller.current;
    if (box === null) {
      return;
    }
    const top = box.getBoundingClientRect().top;
    for (const element of box.querySelectorAll<HTMLElement>("[data-key]")) {
      const bounds = element.getBoundingClientRect();
      if (bounds.bottom > top) {
        anchor.current = { key: element.dataset["key"] ?? "", top: bounds.top - top };
        return;
      }
    }
  }

  const onScroll = (): void => {
    const box = scroller.current;
    if (box === null) {
      return;
    }
    const below = box.scrollHeight - box.scrollTop - box.clientHeight;
    noteNewLine();
    isAtEnd.current = below < AT_END_PX && !view.hasNewer;
    setAway(!isAtEnd.current);
    remember();
    if (box.scrollTop < NEAR_EDGE_PX && view.hasOlder && view.messages.length > 0) {
      void workspace.timelines.loadOlder(row.id);
    }
    if (below < NEAR_EDGE_PX && view.hasNewer) {
      void workspace.timelines.loadNewer(row.id);
    }
    if (isAtEnd.current) {
      markRead();
    }
  };

  const toEnd = (): void => {
    isAtEnd.current = true;
    setAway(false);
    if (at !== null) {
      navigate(chatPath(workspace.id, row.id), "replace");
    }
    void workspace.timelines.openAtEnd(row.id).then(() => {
      const box = scroller.current;
      box?.scrollTo({ top: box.scrollHeight });
    });
  };

  const toFirstUnread = (): void => {
    setJumped(true);
    if (opening.newAfter !== null) {
      isAtEnd.current = false;
      const line = scroller.current?.querySelector(".new-line");
      if (line) {
        line.scrollIntoView({ block: "center" });
        remember();
      } else {
        navigate(chatPath(workspace.id, row.id, { at: opening.newAfter + 1 }), "replace");
      }
    }
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const element = (event.target as Element).closest<HTMLElement>("[data-key]");
    if (element === null || event.target !== element) {
      return;
    }
    const index = messageKeys.indexOf(element.dataset["key"] ?? "");
    const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: messageKeys.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      const key = messageKeys[Math.max(0, Math.min(to, messageKeys.length - 1))];
      if (key !== undefined) {
        setActive(key);
        scroller.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
      }
    }
  };

  useAnnouncedArrivals(row, view.messages, view.isLoading);

  return (
    <div className="messages-place">
      {!hasJumped && opening.unread > 3 ? (
        <button type="button" className="jump jump-up" onClick={toFirstUnread}>
          {t("messages.toUnread", { count: opening.unread })}
        </button>
      ) : null}
      <div ref={scroller} className="messages" onScroll={onScroll}>
        <div className="messages-inner">
          {view.isLoading && rows.length === 0 ? <Loading /> : null}
          {view.failure !== null && rows.length === 0 ? (
            <Failure code={view.failure} onRetry={() => void workspace.timelines.openAtEnd(row.id)} />
          ) : null}
          {!view.isLoading && view.failure === null && rows.length === 0 ? (
            <p className="messages-none">{t("messages.none")}</p>
          ) : null}
          {!view.hasOlder && rows.length > 0 ? <p className="messages-begin">{t("messages.begin")}</p> : null}
          <ol role="list" aria-label={t("messages.label", { name })} onKeyDown={onKeyDown} {...keptFocus}>
            {rows.map((entry) => {
              switch (entry.kind) {
                case "day":
                  return (
                    <li key={entry.key} className="day-line">
                      <span>{dayText(entry.at)}</span>
                    </li>
                  );
                case "new":
                  return (
                    <li key={entry.key} className="new-line">
                      <span>{t("messages.new")}</span>
                    </li>
                  );
                case "message":
                  return (
                    <MessageRow
                      key={entry.key}
                      row={row}
                      message={entry.message}
                      isGrouped={entry.isGrouped}
                      isStop={entry.key === stop}
                      isTarget={entry.message.position === at}
                      onActive={setActive}
                      onEdit={onEdit}
                    />
                  );
                case "pending":
                  return (
                    <PendingRow
                      key={entry.key}
                      row={row}
                      pending={entry.pending}
                      isGrouped={entry.isGrouped}
                      isStop={entry.key === stop}
                      onActive={setActive}
                    />
                  );
              }
            })}
          </ol>
        </div>
      </div>
      {isAway || view.hasNewer ? (
        <button type="button" className="jump jump-down" onClick={toEnd}>
          <Icon name="down" size={16} />
          {row.unread > 0 ? t("messages.toNew", { count: row.unread }) : t("messages.toEnd")}
        </button>
      ) : null}
    </div>
  );
}

/** Tells a screen reader about messages of others that arrive while one is here. */
function useAnnouncedArrivals(row: Conversation, messages: readonly Message[], isLoading: boolean): void {
  const t = useT();
  const workspace = useWorkspace();
  const nameOf = usePersonName();
  const known = useRef<number | null>(null);
  useEffect(() => {
    const last = messages.at(-1)?.position ?? 0;
    if (isLoading) {
      return;
    }
    if (known.current !== null) {
      for (const message of messages) {
        if (message.position > known.current && message.author !== workspace.me && Date.now() - message.time < 60_000) {
          announce(`${nameOf(message.author)}: ${message.text.slice(0, 200)}`, (count) => t("messages.heard", { count }));
        }
      }
    }
    known.current = Math.max(known.current ?? 0, last);
  }, [messages, isLoading, row.id, workspace.me, nameOf, t]);
}
