/** The three answers to a call. They are kept on the device until a site has them. */

import type { ReactElement } from "react";
import { ANSWERS, type Answer } from "../../api/response";
import type { Id } from "../../api/types";
import { useT } from "../../i18n";
import { Icon } from "../../ui/icon";
import { useSend } from "./use-send";

const LOOK: Record<Answer, string> = { yes: "button primary big", cannot: "button big", declined: "button big" };

export function AnswerButtons({ call, said }: { call: Id; said: Answer | null }): ReactElement {
  const t = useT();
  const send = useSend(`call:${call}`);
  return (
    <div className="button-row call-answers">
      {ANSWERS.map((answer) => (
        <button
          key={answer}
          type="button"
          className={LOOK[answer]}
          disabled={said === answer}
          onClick={() => send("acknowledge-call", { call_id: call, answer })}
        >
          {answer === "yes" ? <Icon name="check" size={18} /> : null} {t(`calling.answer.${answer}`)}
        </button>
      ))}
    </div>
  );
}
