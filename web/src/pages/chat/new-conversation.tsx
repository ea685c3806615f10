/** Beginning a conversation: with one person, with some, or an official channel. */

import { type ReactElement, useState } from "react";
import { useStore, useWorkspace } from "../../app-context";
import type { Id } from "../../api/types";
import { useT } from "../../i18n";
import { chatPath, navigate } from "../../route";
import { Dialog } from "../../ui/dialog";
import { PersonPicker } from "./person-picker";

export type NewKind = "direct" | "group" | "channel";

export default function NewConversation({ kind, onClose }: { kind: NewKind; onClose(): void }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const { rows } = useStore(workspace.conversations.view);
  const [members, setMembers] = useState<Id[]>([]);
  const [name, setName] = useState("");
  const [topic, setTopic] = useState("");
  const [audience, setAudience] = useState<"everyone" | "members">("everyone");
  const [posting, setPosting] = useState<"me" | "members">("me");

  const isReady = kind === "direct" ? members.length === 1 : name.trim() !== "" && (kind === "channel" || members.length > 0);

  const create = async (): Promise<void> => {
    const known = kind === "direct" ? rows.find((row) => row.kind === "direct" && row.with === members[0]) : undefined;
    const id =
      known?.id ??
      (await workspace.create({
        kind,
        members,
        ...(kind === "direct" ? {} : { name: name.trim() }),
        ...(topic.trim() === "" ? {} : { topic: topic.trim() }),
        ...(kind === "channel" ? { audience, posters: posting === "me" ? [workspace.me] : ("members" as const) } : {}),
      }));
    onClose();
    navigate(chatPath(workspace.id, id));
  };

  return (
    <Dialog
      title={t(`new.${kind}`)}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="button" onClick={onClose}>
            {t("cancel")}
          </button>
          <button type="submit" form="new-conversation" className="button primary" disabled={!isReady}>
            {t(kind === "direct" ? "new.openDirect" : "new.create")}
          </button>
        </>
      }
    >
      <form
        id="new-conversation"
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        {kind === "direct" ? null : (
          <>
            <label className="field">
              <span>{t("conversation.name")}</span>
              <input value={name} onChange={(event) => setName(event.target.value)} maxLength={80} required data-first-focus />
            </label>
            <label className="field">
              <span>{t("conversation.topic")}</span>
              <input value={topic} onChange={(event) => setTopic(event.target.value)} maxLength={200} />
            </label>
          </>
        )}
        {kind === "channel" ? (
          <>
            <p className="quiet">{t("channel.explain")}</p>
            <fieldset className="choices">
              <legend>{t("channel.audience")}</legend>
              <label>
                <input type="radio" name="audience" checked={audience === "everyone"} onChange={() => setAudience("everyone")} />
                {t("channel.audienceEveryone")}
              </label>
              <label>
                <input type="radio" name="audience" checked={audience === "members"} onChange={() => setAudience("members")} />
                {t("channel.audienceMembers")}
              </label>
            </fieldset>
            <fieldset className="choices">
              <legend>{t("channel.posters")}</legend>
              <label>
                <input type="radio" name="posting" checked={posting === "me"} onChange={() => setPosting("me")} />
                {t("channel.postersMe")}
              </label>
              <label>
                <input type="radio" name="posting" checked={posting === "members"} onChange={() => setPosting("members")} />
                {t("channel.postersMembers")}
              </label>
            </fieldset>
          </>
        ) : null}
        {kind === "channel" && audience === "everyone" ? null : (
          <PersonPicker chosen={members} onChange={setMembers} isSingle={kind === "direct"} />
        )}
      </form>
    </Dialog>
  );
}
