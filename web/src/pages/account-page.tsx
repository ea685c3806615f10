/** One's own account: language, look, password, passkeys, sessions, signing out. */

import { type ReactElement, type SubmitEvent, useState } from "react";
import { canUsePasskeys, registerPasskey } from "../account/passkeys";
import { useApp, useClient, useStore } from "../app-context";
import type { Page, Passkey } from "../api/types";
import {
  LANGUAGES,
  LANGUAGE_NAMES,
  type Language,
  currentLanguage,
  dateTimeText,
  errorText,
  setLanguage,
  useT,
} from "../i18n";
import { newId } from "../ids";
import { isOpen } from "../sync/outbox-item";
import { type Theme, setTheme, theme } from "../theme";
import { Dialog } from "../ui/dialog";
import { codeOf } from "../ui/failure";
import { Icon } from "../ui/icon";
import { useAnswer } from "./chat/use-query";
import "../styles/account.css";

export default function AccountPage(): ReactElement {
  const t = useT();
  const { sessions } = useApp();
  const account = useStore(sessions)?.account;
  return (
    <main className="account" aria-labelledby="account-title">
      <h1 id="account-title">{t("account.title")}</h1>
      {account === undefined ? null : (
        <p className="quiet">
          {account.name} · {account.user}
          {account.operator ? <span className="badge">{t("account.operator")}</span> : null}
        </p>
      )}
      <Look />
      <Password />
      <Passkeys />
      <Sessions />
    </main>
  );
}

function Look(): ReactElement {
  const t = useT();
  const now = useStore(theme);
  return (
    <section className="card" aria-labelledby="look-title">
      <h2 id="look-title">{t("account.look")}</h2>
      <label className="field">
        <span>{t("language")}</span>
        <select value={currentLanguage()} onChange={(event) => void setLanguage(event.target.value as Language)}>
          {LANGUAGES.map((language) => (
            <option key={language} value={language} lang={language}>
              {LANGUAGE_NAMES[language]}
            </option>
          ))}
        </select>
      </label>
      <fieldset className="choices">
        <legend>{t("theme.label")}</legend>
        {(["system", "light", "dark"] satisfies Theme[]).map((choice) => (
          <label key={choice}>
            <input type="radio" name="theme" checked={now === choice} onChange={() => setTheme(choice)} />
            {t(`theme.${choice}`)}
          </label>
        ))}
      </fieldset>
    </section>
  );
}

function useCommand(): { run(verb: string, command: Record<string, unknown>): Promise<boolean>; failure: string | null; isDone: boolean; isBusy: boolean } {
  const { transport } = useApp();
  const [failure, setFailure] = useState<string | null>(null);
  const [isDone, setDone] = useState(false);
  const [isBusy, setBusy] = useState(false);
  return {
    failure,
    isDone,
    isBusy,
    run: async (verb, command) => {
      setBusy(true);
      setFailure(null);
      setDone(false);
      try {
        await transport.command({ id: newId(), module: "installation", verb, command });
        setDone(true);
        return true;
      } catch (error) {
        setFailure(codeOf(error));
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
}

function Said({ failure, isDone, done }: { failure: string | null; isDone: boolean; done: string }): ReactElement {
  return (
    <p role="status" className={failure === null ? "done-line" : "failure small"}>
      {failure !== null ? (
        <>
          <Icon name="warning" size={16} /> {errorText(failure)}
        </>
      ) : isDone ? (
        <>
          <Icon name="check" size={16} /> {done}
        </>
      ) : null}
    </p>
  );
}

function Password(): ReactElement {
  const t = useT();
  const command = useCommand();
  const [isUnequal, setUnequal] = useState(false);
  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const isSame = data.get("new") === data.get("again");
    setUnequal(!isSame);
    if (isSame && (await command.run("change-password", { current: data.get("current"), new: data.get("new") }))) {
      form.reset();
    }
  };
  return (
    <section className="card" aria-labelledby="password-title">
      <h2 id="password-title">{t("account.password")}</h2>
      <form className="stack" onSubmit={(event) => void submit(event as unknown as SubmitEvent<HTMLFormElement>)}>
        <label className="field">
          <span>{t("account.currentPassword")}</span>
          <input name="current" type="password" autoComplete="current-password" required />
        </label>
        <label className="field">
          <span>{t("account.newPassword")}</span>
          <input name="new" type="password" autoComplete="new-password" minLength={10} required />
          <small>{t("account.passwordRule")}</small>
        </label>
        <label className="field">
          <span>{t("account.again")}</span>
          <input name="again" type="password" autoComplete="new-password" minLength={10} required aria-invalid={isUnequal} />
          {isUnequal ? <small className="is-bad">{t("account.unequal")}</small> : null}
        </label>
        <button type="submit" className="button primary" disabled={command.isBusy}>
          {t("account.changePassword")}
        </button>
        <Said failure={command.failure} isDone={command.isDone} done={t("account.passwordChanged")} />
      </form>
    </section>
  );
}

function Passkeys(): ReactElement {
  const t = useT();
  const app = useApp();
  const command = useCommand();
  const { data, reload } = useAnswer<Page<Passkey>>("/api/installation/passkey-list", {});
  const [name, setName] = useState("");
  const [failure, setFailure] = useState<string | null>(null);
  const add = async (): Promise<void> => {
    setFailure(null);
    try {
      await registerPasskey(app, name.trim());
      setName("");
      reload();
    } catch (error) {
      setFailure(codeOf(error));
    }
  };
  return (
    <section className="card" aria-labelledby="passkeys-title">
      <h2 id="passkeys-title">{t("account.passkeys")}</h2>
      <p className="quiet">{t("account.passkeysText")}</p>
      <ul role="list" className="plain-list">
        {data?.items.map((passkey) => (
          <li key={passkey.credential_id}>
            <Icon name="key" size={16} />
            <span className="grow">
              {passkey.label} <small className="quiet">{dateTimeText(passkey.added_at)}</small>
            </span>
            <button
              type="button"
              className="button small"
              onClick={() => void command.run("remove-passkey", { credential_id: passkey.credential_id }).then(reload)}
            >
              {t("remove")}
            </button>
          </li>
        ))}
      </ul>
      {data?.items.length === 0 ? <p className="quiet">{t("account.noPasskeys")}</p> : null}
      {canUsePasskeys() ? (
        <form
          className="inline-form"
          onSubmit={(event) => {
            event.preventDefault();
            void add();
          }}
        >
          <label className="field grow">
            <span>{t("account.passkeyName")}</span>
            <input value={name} onChange={(event) => setName(event.target.value)} maxLength={60} required />
          </label>
          <button type="submit" className="button">
            <Icon name="plus" size={16} /> {t("account.addPasskey")}
          </button>
        </form>
      ) : (
        <p className="quiet">{t("account.noPasskeyHere")}</p>
      )}
      <Said failure={failure ?? command.failure} isDone={false} done="" />
    </section>
  );
}

function Sessions(): ReactElement {
  const t = useT();
  const app = useApp();
  const client = useClient();
  const command = useCommand();
  const items = useStore(client.outbox);
  const [isLeaving, setLeaving] = useState(false);
  const waiting = items.filter((item) => isOpen(item) && item.replaces === undefined).length;

  const leave = async (): Promise<void> => {
    setLeaving(false);
    await client.erase();
    app.sessions.set(null);
  };

  return (
    <section className="card" aria-labelledby="sessions-title">
      <h2 id="sessions-title">{t("account.sessions")}</h2>
      <p className="quiet">{t("account.sessionsText")}</p>
      <div className="button-row">
        <button type="button" className="button" onClick={() => setLeaving(true)}>
          <Icon name="exit" size={16} /> {t("account.signOut")}
        </button>
        <button type="button" className="button danger-quiet" disabled={command.isBusy} onClick={() => void command.run("end-sessions", { except_this: true })}>
          {t("account.endAll")}
        </button>
      </div>
      <Said failure={command.failure} isDone={command.isDone} done={t("account.ended")} />
      {isLeaving ? (
        <Dialog
          title={t("account.signOutTitle")}
          kind={waiting > 0 ? "danger" : "plain"}
          onClose={() => setLeaving(false)}
          actions={
            <>
              <button type="button" className="button" data-first-focus onClick={() => setLeaving(false)}>
                {t("cancel")}
              </button>
              <button type="button" className={waiting > 0 ? "button danger" : "button primary"} onClick={() => void leave()}>
                {t(waiting > 0 ? "account.signOutAnyway" : "account.signOut")}
              </button>
            </>
          }
        >
          <p>{waiting > 0 ? t("account.unsent", { count: waiting }) : t("account.signOutText")}</p>
        </Dialog>
      ) : null}
    </section>
  );
}
