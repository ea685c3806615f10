/** Joining a workspace with an invitation. */

import { type ReactElement, type SubmitEvent, useState } from "react";
import { signInWithPassword, takeSession } from "../account/sign-in";
import { useApp } from "../app-context";
import { errorText, useT } from "../i18n";
import { newId } from "../ids";
import { navigate } from "../route";
import { codeOf } from "../ui/failure";
import { Icon } from "../ui/icon";
import { Entrance } from "./sign-in";

export default function AcceptInvitation({ code }: { code: string }): ReactElement {
  const t = useT();
  const app = useApp();
  const [commandId] = useState(() => newId());
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [user, name, password] = ["user", "name", "password"].map((field) => String(form.get(field) ?? "").trim());
    setBusy(true);
    setFailure(null);
    try {
      await app.transport.command({
        id: commandId,
        module: "installation",
        verb: "accept-invitation",
        command: { invitation_code: String(form.get("code") ?? "").trim(), user, name, password },
      });
      await takeSession(app, await signInWithPassword(app, user ?? "", password ?? ""));
      navigate("/", "replace");
    } catch (error) {
      setFailure(codeOf(error));
      setBusy(false);
    }
  };

  return (
    <Entrance title={t("invitation.title")}>
      <form className="stack" onSubmit={(event) => void submit(event as unknown as SubmitEvent<HTMLFormElement>)}>
        <label className="field">
          <span>{t("invitation.code")}</span>
          <input name="code" defaultValue={code} required autoComplete="off" spellCheck={false} />
        </label>
        <label className="field">
          <span>{t("invitation.name")}</span>
          <input name="name" required autoComplete="name" maxLength={120} autoFocus />
        </label>
        <label className="field">
          <span>{t("signIn.user")}</span>
          <input name="user" required autoComplete="username" autoCapitalize="none" spellCheck={false} maxLength={64} />
        </label>
        <label className="field">
          <span>{t("signIn.password")}</span>
          <input name="password" type="password" required autoComplete="new-password" minLength={10} />
          <small>{t("account.passwordRule")}</small>
        </label>
        {failure === null ? null : (
          <p className="failure" role="alert">
            <Icon name="warning" />
            {errorText(failure)}
          </p>
        )}
        <button type="submit" className="button primary" disabled={isBusy}>
          {t("invitation.submit")}
        </button>
      </form>
    </Entrance>
  );
}
