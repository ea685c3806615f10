/** Going to a day. */

import { type ReactElement, useState } from "react";
import { useApp, useWorkspace } from "../../app-context";
import type { Conversation, MessagePage } from "../../api/types";
import { errorText, useT } from "../../i18n";
import { chatPath, navigate } from "../../route";
import { Dialog } from "../../ui/dialog";
import { codeOf } from "../../ui/failure";

export default function DateJump({ row, onClose }: { row: Conversation; onClose(): void }): ReactElement {
  const t = useT();
  const { transport } = useApp();
  const workspace = useWorkspace();
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  const jump = async (day: string): Promise<void> => {
    const from = new Date(`${day}T00:00`).getTime();
    setBusy(true);
    try {
      const position = await firstAtOrAfter(from, row.last_position, async (after) => {
        const page = await transport.query<MessagePage>("/api/messaging/message-list", {
          workspace_id: workspace.id,
          conversation_id: row.id,
          after,
          limit: 1,
        });
        return page.items[0] ?? null;
      });
      onClose();
      navigate(chatPath(workspace.id, row.id, { at: position }));
    } catch (error) {
      setFailure(codeOf(error));
      setBusy(false);
    }
  };

  return (
    <Dialog
      title={t("date.jump")}
      onClose={onClose}
      actions={
        <button type="submit" form="date-jump" className="button primary" disabled={isBusy}>
          {t("date.go")}
        </button>
      }
    >
      <form
        id="date-jump"
        onSubmit={(event) => {
          event.preventDefault();
          void jump(String(new FormData(event.currentTarget).get("day")));
        }}
      >
        <label className="field">
          <span>{t("date.day")}</span>
          <input type="date" name="day" required max={new Date().toISOString().slice(0, 10)} data-first-focus />
        </label>
        {failure === null ? null : <p className="failure small">{errorText(failure)}</p>}
      </form>
    </Dialog>
  );
}

/**
 * Position of the first message at or after a time, by halving: messages of a conversation are in
 * order of time, so twenty questions find one among a million.
 */
export async function firstAtOrAfter(
  time: number,
  last: number,
  messageAfter: (position: number) => Promise<{ position: number; time: number } | null>,
): Promise<number> {
  let low = 0;
  let high = last;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const message = await messageAfter(middle);
    if (message === null || message.time >= time) {
      high = middle;
    } else {
      low = message.position;
    }
  }
  return Math.min(low + 1, Math.max(last, 1));
}
