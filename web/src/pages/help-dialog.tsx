/** What the keys do. */

import type { ReactElement } from "react";
import { type Key, useT } from "../i18n";
import { Dialog } from "../ui/dialog";

const KEYS: { keys: string[]; word: Key }[] = [
  { keys: ["?"], word: "help.help" },
  { keys: ["Ctrl", "K"], word: "help.filter" },
  { keys: ["Alt", "1…5"], word: "help.pages" },
  { keys: ["Alt", "F10"], word: "help.toolbar" },
  { keys: ["↑", "↓"], word: "help.move" },
  { keys: ["Home", "End"], word: "help.ends" },
  { keys: ["Enter"], word: "help.send" },
  { keys: ["Shift", "Enter"], word: "help.line" },
  { keys: ["↑"], word: "help.editLast" },
  { keys: ["@"], word: "help.mention" },
  { keys: ["R"], word: "help.react" },
  { keys: ["T"], word: "help.thread" },
  { keys: ["E"], word: "help.edit" },
  { keys: ["Delete"], word: "help.delete" },
  { keys: ["Esc"], word: "help.close" },
];

export default function HelpDialog({ onClose }: { onClose(): void }): ReactElement {
  const t = useT();
  return (
    <Dialog title={t("help.title")} onClose={onClose}>
      <dl className="keys">
        {KEYS.map(({ keys, word }) => (
          <div key={word}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(word)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
