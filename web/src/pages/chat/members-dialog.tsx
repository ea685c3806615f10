/** Who is in a conversation; adding, removing, leaving. */

import { type ReactElement, useDeferredValue, useState } from "react";
import { useStore, useWorkspace } from "../../app-context";
import type { Conversation, ConversationMember, Id, Page } from "../../api/types";
import { useT } from "../../i18n";
import { chatPath, navigate } from "../../route";
import { Avatar } from "../../ui/avatar";
import { Dialog } from "../../ui/dialog";
import { Failure } from "../../ui/failure";
import { Icon } from "../../ui/icon";
import { Loading } from "../../ui/loading";
import { PersonPicker } from "./person-picker";
import { useAnswer } from "./use-query";

export default function MembersDialog({ row, onClose }: { row: Conversation; onClose(): void }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const changes = useStore(workspace.changes);
  const [isAdding, setAdding] = useState(false);
  const [chosen, setChosen] = useState<Id[]>([]);
  const [text, setText] = useState("");
  const { data, failure, reload } = useAnswer<Page<ConversationMember>>(
    "/api/messaging/conversation-members",
    { workspace_id: workspace.id, conversation_id: row.id, search: useDeferredValue(text.trim()), limit: 200 },
    changes,
  );
  const shown = data?.items ?? [];

  const add = async (): Promise<void> => {
    await workspace.onConversation(row.id, "add-members", { people: chosen });
    setChosen([]);
    setAdding(false);
  };
  const leave = async (): Promise<void> => {
    await workspace.onConversation(row.id, "leave-conversation", {});
    onClose();
    navigate(chatPath(workspace.id));
  };

  return (
    <Dialog
      title={t("members.title")}
      onClose={onClose}
      actions={
        isAdding ? (
          <>
            <button type="button" className="button" onClick={() => setAdding(false)}>
              {t("cancel")}
            </button>
            <button type="button" className="button primary" disabled={chosen.length === 0} onClick={() => void add()}>
              {t("members.add", { count: chosen.length })}
            </button>
          </>
        ) : (
          <>
            <button type="button" className="button" onClick={() => void leave()}>
              <Icon name="exit" size={16} /> {t("members.leave")}
            </button>
            {row.can_add_members ? (
              <button type="button" className="button primary" onClick={() => setAdding(true)}>
                <Icon name="plus" size={16} /> {t("members.addPeople")}
              </button>
            ) : null}
          </>
        )
      }
    >
      {isAdding ? (
        <PersonPicker chosen={chosen} onChange={setChosen} without={data?.items.map((member) => member.person) ?? []} />
      ) : (
        <>
          <label className="field">
            <span>{t("picker.search")}</span>
            <input type="search" value={text} onChange={(event) => setText(event.target.value)} data-first-focus />
          </label>
          {failure !== null ? <Failure code={failure} onRetry={reload} /> : null}
          {data === null && failure === null ? <Loading /> : null}
          <ul className="picker-list" role="list">
            {shown.map((member) => (
              <li key={member.person} className="picker-row">
                <Avatar id={member.person} name={member.name} size={30} />
                <span className="grow">
                  {member.name}
                  {member.person === workspace.me ? <span className="quiet"> {t("members.you")}</span> : null}
                  {row.kind === "channel" && member.is_poster ? <span className="badge">{t("members.poster")}</span> : null}
                </span>
                {row.can_manage && member.is_member && member.person !== workspace.me ? (
                  <button
                    type="button"
                    className="button-icon"
                    aria-label={t("members.remove", { name: member.name })}
                    onClick={() => void workspace.onConversation(row.id, "remove-members", { people: [member.person] })}
                  >
                    <Icon name="close" size={16} />
                  </button>
                ) : null}
              </li>
            ))}
          </ul>
        </>
      )}
    </Dialog>
  );
}
