/** One box for what is to be said: for us, for everybody, or decided. What is typed survives a reload. */

import { type ReactElement, useId, useState } from "react";
import type { StatusPage } from "../../../api/response";
import type { Id } from "../../../api/types";
import { type Key, useT } from "../../../i18n";
import { Icon } from "../../../ui/icon";
import { useResponse } from "../use-response";
import type { Send } from "../use-send";

type Kind = "internal" | "public" | "decision";
const KINDS: Record<Kind, Key> = { internal: "say.internal", public: "say.public", decision: "say.decision" };

export function Say({ incident, send }: { incident: Id; send: Send }): ReactElement {
  const t = useT();
  const id = useId();
  const draft = `sekoci.incident.${incident}`;
  const page = useResponse<StatusPage>("status-page");
  const [kind, setKind] = useState<Kind>("internal");
  const [text, setText] = useState(() => sessionStorage.getItem(draft) ?? "");
  const type = (next: string): void => {
    setText(next);
    sessionStorage.setItem(draft, next);
  };
  const say = (): void => {
    const words = text.trim();
    if (words === "") {
      return;
    }
    if (kind === "decision") {
      send("record-decision", { incident_id: incident, text: words });
    } else {
      send("post-update", { incident_id: incident, text: words, is_public: kind === "public" });
    }
    type("");
    // Nobody says something to everybody because the last one did.
    setKind("internal");
  };
  return (
    <section className="card" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>{t("say.title")}</h3>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          say();
        }}
      >
        <fieldset className="choices say-kinds">
          <legend className="only-heard">{t("say.kind")}</legend>
          {(Object.keys(KINDS) as Kind[]).map((each) => (
            <label key={each}>
              <input type="radio" name={id} checked={kind === each} onChange={() => setKind(each)} /> {t(KINDS[each])}
            </label>
          ))}
        </fieldset>
        <label className="field">
          <span className="only-heard">{t("say.text")}</span>
          <textarea
            rows={3}
            maxLength={2_000}
            value={text}
            placeholder={t("say.text")}
            aria-describedby={kind === "public" ? `${id}-public` : undefined}
            onChange={(event) => type(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
                event.preventDefault();
                say();
              }
            }}
          />
        </label>
        {kind === "public" ? (
          <p id={`${id}-public`} className="tone-warn small">
            {t("say.publicText")} {page.data?.is_on === false ? t("say.publicOff") : ""}
          </p>
        ) : null}
        <button type="submit" className={`button big ${kind === "public" ? "danger" : "primary"}`} disabled={text.trim() === ""}>
          <Icon name={kind === "public" ? "megaphone" : "send"} size={18} /> {t("say.send")}
        </button>
      </form>
    </section>
  );
}
