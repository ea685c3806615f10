/** Signing in, at whichever site answers. */

import { type ReactElement, type SubmitEvent, useState } from "react";
import { signInWithPassword, takeSession } from "../account/sign-in";
import { canUsePasskeys, signInWithPasskey } from "../account/passkeys";
import { useApp, useSites } from "../app-context";
import { LANGUAGES, LANGUAGE_NAMES, type Language, currentLanguage, errorText, setLanguage, useT } from "../i18n";
import { codeOf } from "../ui/failure";
import { Icon } from "../ui/icon";

export default function SignIn(): ReactElement {
  const t = useT();
  const app = useApp();
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  const run = async (how: () => ReturnType<typeof signInWithPassword>): Promise<void> => {
    setBusy(true);
    setFailure(null);
    try {
      await takeSession(app, await how());
    } catch (error) {
      setFailure(codeOf(error));
      setBusy(false);
    }
  };

  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void run(() => signInWithPassword(app, user.trim(), password));
  };

  return (
    <Entrance title={t("signIn.title")}>
      {app.sessions.wasEnded() ? <p className="note">{t("signIn.ended")}</p> : null}
      <form onSubmit={submit} className="stack">
        <label className="field">
          <span>{t("signIn.user")}</span>
          <input
            name="user"
            value={user}
            onChange={(event) => setUser(event.target.value)}
            autoComplete="username webauthn"
            autoCapitalize="none"
            spellCheck={false}
            required
            autoFocus
          />
        </label>
        <label className="field">
          <span>{t("signIn.password")}</span>
          <input
            name="password"
            type="password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            autoComplete="current-password"
            required
          />
        </label>
        {failure === null ? null : (
          <p className="failure" role="alert">
            <Icon name="warning" />
            {errorText(failure)}
          </p>
        )}
        <button type="submit" className="button primary" disabled={isBusy}>
          {isBusy ? t("signIn.busy") : t("signIn.submit")}
        </button>
        {canUsePasskeys() ? (
          <button type="button" className="button" disabled={isBusy} onClick={() => void run(() => signInWithPasskey(app, user.trim()))}>
            <Icon name="key" />
            {t("signIn.passkey")}
          </button>
        ) : null}
      </form>
    </Entrance>
  );
}

/** The frame of the pages before signing in. */
export function Entrance({ title, children }: { title: string; children: React.ReactNode }): ReactElement {
  const t = useT();
  const sites = useSites();
  const active = sites.sites.find((site) => site.url === sites.active);
  return (
    <main className="entrance">
      <div className="entrance-box">
        <img src="/icon.svg" alt="" width={56} height={56} />
        <h1>{title}</h1>
        {children}
        <footer className="entrance-foot">
          <label>
            <span className="only-heard">{t("language")}</span>
            <select
              defaultValue={currentLanguage()}
              onChange={(event) => void setLanguage(event.target.value as Language)}
            >
              {LANGUAGES.map((language) => (
                <option key={language} value={language} lang={language}>
                  {LANGUAGE_NAMES[language]}
                </option>
              ))}
            </select>
          </label>
          {active?.name ? (
            <span className="site-word">
              <Icon name="site" size={15} /> {t("site.named", { site: active.name })}
            </span>
          ) : null}
        </footer>
      </div>
    </main>
  );
}
