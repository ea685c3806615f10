/** The six states of one's own message, each with its icon, its word and what one can do about it. */

import { type ReactElement, useEffect, useState } from "react";
import { useClient, useStore, useWorkspace } from "../../app-context";
import type { Conversation } from "../../api/types";
import type { PendingMessage } from "../../chat/overlay";
import { errorText, timeText, useT } from "../../i18n";
import { type MessageState, canTakeBack, shownState } from "../../sync/outbox-item";
import { Icon, type IconName } from "../../ui/icon";
import { FileProgressList } from "./attachments";

const ICONS: Record<MessageState, IconName> = {
  queued: "clock",
  sending: "send",
  sent: "check",
  safe: "shield",
  retrying: "retry",
  failed: "stop",
};

export function StateMark({ state }: { state: MessageState }): ReactElement {
  const t = useT();
  const isQuiet = state === "sent" || state === "safe";
  return (
    <span className={`state state-${state}`} data-state={state} title={t(`state.${state}Long`)}>
      <Icon name={ICONS[state]} size={15} />
      <span className={isQuiet ? "only-heard" : ""}>{t(`state.${state}`)}</span>
    </span>
  );
}

export function PendingState({ row, pending }: { row: Conversation; pending: PendingMessage }): ReactElement {
  const t = useT();
  const client = useClient();
  const workspace = useWorkspace();
  useStore(client.safety);
  const { item } = pending;
  const now = useNow(item.state === "sending");
  const partition = `${item.workspace_id ?? ""}/${item.module}`;
  const state = shownState(item, client.safety.isSafe(partition, item.answer?.seq), now);

  const takeBack = async (keepText: boolean): Promise<void> => {
    const taken = await client.outbox.takeBack(item.id);
    if (taken === null) {
      return;
    }
    if (keepText) {
      const threadOf = pending.thread_of;
      const before = workspace.drafts.get(row.id, threadOf);
      const text = [before?.text, pending.text].filter((part) => part).join("\n");
      workspace.drafts.save(row.id, threadOf, text, [...(before?.files ?? []), ...(item.files ?? [])]);
      document.querySelector<HTMLElement>(threadOf ? ".thread textarea" : ".composer textarea")?.focus();
    } else {
      for (const file of item.files ?? []) {
        void client.files.remove(file);
      }
    }
  };

  return (
    <div className="pending-state">
      <span className="message-meta">
        <time dateTime={new Date(item.created_at).toISOString()}>{timeText(item.created_at)}</time>
        <StateMark state={state} />
      </span>
      {item.files?.length ? <FileProgressList ids={item.files} /> : null}
      {state === "failed" || (state === "retrying" && item.problem) ? (
        <span className="pending-reason">{errorText(item.problem?.code ?? "unexpected")}</span>
      ) : null}
      <span className="pending-actions">
        {state === "retrying" ? (
          <button type="button" className="text-button" onClick={() => void client.outbox.retryNow(item.id)}>
            {t("state.retryNow")}
          </button>
        ) : null}
        {state === "failed" ? (
          <button type="button" className="text-button" onClick={() => void client.outbox.retryRefused(item.id)}>
            {t("state.tryAgain")}
          </button>
        ) : null}
        {canTakeBack(item) && (state !== "queued" || now - item.created_at > 300) ? (
          <>
            <button type="button" className="text-button" onClick={() => void takeBack(true)}>
              {t("state.edit")}
            </button>
            <button type="button" className="text-button" onClick={() => void takeBack(false)}>
              {t(state === "failed" ? "state.discard" : "state.cancel")}
            </button>
          </>
        ) : null}
      </span>
    </div>
  );
}

function useNow(isMoving: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), isMoving ? 150 : 1_000);
    return () => clearInterval(timer);
  }, [isMoving]);
  return now;
}
