/** A conversation's name, topic, who may write, and the archive. */

import { type ReactElement, useState } from "react";
import { useWorkspace } from "../../app-context";
import type { Conversation, Id } from "../../api/types";
import { useT } from "../../i18n";
import { Dialog } from "../../ui/dialog";
import { PersonPicker } from "./person-picker";

export default function SettingsDialog({ row, onClose }: { row: Conversation; onClose(): void }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const [name, setName] = useState(row.name ?? "");
  const [topic, setTopic] = useState(row.topic ?? "");
  const listed = Array.isArray(row.posters) ? row.posters : null;
  const [posting, setPosting] = useState<"members" | "listed">(listed === null ? "members" : "listed");
  const [posters, setPosters] = useState<Id[]>(listed ?? [workspace.me]);

  const save = async (): Promise<void> => {
    if (name.trim() !== "" && name.trim() !== row.name) {
      await workspace.onConversation(row.id, "rename-conversation", { name: name.trim() });
    }
    if (topic.trim() !== (row.topic ?? "")) {
      await workspace.onConversation(row.id, "set-topic", { topic: topic.trim() });
    }
    const isSame = posting === "members" ? listed === null : listed !== null && listed.join() === posters.join();
    if (row.kind === "channel" && !isSame) {
      await workspace.onConversation(row.id, "set-posters", { posters: posting === "members" ? "members" : posters });
    }
    onClose();
  };

  return (
    <Dialog
      title={t("conversation.settings")}
      onClose={onClose}
      actions={
        <>
          <button
            type="button"
            className="button"
            disabled={!row.can_manage}
            onClick={() => {
              void workspace.onConversation(row.id, row.archived ? "unarchive-conversation" : "archive-conversation", {});
              onClose();
            }}
          >
            {t(row.archived ? "conversation.unarchive" : "conversation.archive")}
          </button>
          <button type="submit" form="conversation-settings" className="button primary" disabled={!row.can_describe && !row.can_manage}>
            {t("save")}
          </button>
        </>
      }
    >
      <form
        id="conversation-settings"
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <label className="field">
          <span>{t("conversation.name")}</span>
          <input value={name} onChange={(event) => setName(event.target.value)} maxLength={80} disabled={!row.can_describe} data-first-focus />
        </label>
        <label className="field">
          <span>{t("conversation.topic")}</span>
          <input value={topic} onChange={(event) => setTopic(event.target.value)} maxLength={200} disabled={!row.can_describe} />
        </label>
        {row.kind === "channel" && row.can_manage ? (
          <fieldset className="choices">
            <legend>{t("channel.posters")}</legend>
            <label>
              <input type="radio" name="posting" checked={posting === "members"} onChange={() => setPosting("members")} />
              {t("channel.postersMembers")}
            </label>
            <label>
              <input type="radio" name="posting" checked={posting === "listed"} onChange={() => setPosting("listed")} />
              {t("channel.postersListed")}
            </label>
            {posting === "listed" ? <PersonPicker chosen={posters} onChange={setPosters} /> : null}
          </fieldset>
        ) : null}
      </form>
    </Dialog>
  );
}
