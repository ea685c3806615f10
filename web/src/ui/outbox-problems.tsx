/** Changes that were refused for good, other than messages (those say so in their place). */

import type { ReactElement } from "react";
import { useClient, useStore } from "../app-context";
import { type Key, errorText, useT } from "../i18n";
import { needsMending } from "../documents/save-state";
import { Icon } from "./icon";

const WORDS: Record<string, Key> = {
  "edit-message": "problem.editMessage",
  "delete-message": "problem.deleteMessage",
  "add-reaction": "problem.reaction",
  "remove-reaction": "problem.reaction",
  "acknowledge-urgent": "problem.acknowledge",
  "create-conversation": "problem.createConversation",
  "add-members": "problem.members",
  "remove-members": "problem.members",
  "update-document": "problem.updateDocument",
  "create-document": "problem.createDocument",
  "add-file": "problem.addFile",
  "attach-file": "problem.addFile",
};

export function OutboxProblems(): ReactElement | null {
  const t = useT();
  const { outbox } = useClient();
  const refused = useStore(outbox).filter((item) => item.state === "refused" && item.verb !== "post-message" && !needsMending(item));
  if (refused.length === 0) {
    return null;
  }
  return (
    <ul className="problems" role="list" aria-label={t("problem.label")}>
      {refused.map((item) => (
        <li key={item.id} className="banner banner-offline" role="alert">
          <Icon name="stop" />
          <span>
            <strong>{t(WORDS[item.verb] ?? "problem.other")}</strong> {errorText(item.problem?.code ?? "unexpected")}
          </span>
          <span className="button-row">
            <button type="button" className="button small" onClick={() => void outbox.retryRefused(item.id)}>
              {t("state.tryAgain")}
            </button>
            <button type="button" className="button small" onClick={() => void outbox.discard(item.id)}>
              {t("state.discard")}
            </button>
          </span>
        </li>
      ))}
    </ul>
  );
}
