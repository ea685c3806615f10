/** Dangerous buttons name the site, wear its colour, and want its name typed. */

import { type ReactElement, useState } from "react";
import { useApp, useSites } from "../../app-context";
import { type Key, errorText, useT } from "../../i18n";
import { newId } from "../../ids";
import { Dialog } from "../../ui/dialog";
import { codeOf } from "../../ui/failure";
import { Icon } from "../../ui/icon";

export type ActionKind = "drill" | "break" | "restore" | "switch";

interface ActionProps {
  kind: ActionKind;
  site: string;
  tone: string;
  onClose(): void;
  onDone(): void;
}

const WORDS: Record<ActionKind, { title: Key; text: Key; go: Key }> = {
  drill: { title: "action.drillTitle", text: "action.drillText", go: "action.drillGo" },
  break: { title: "action.breakTitle", text: "action.breakText", go: "action.breakGo" },
  restore: { title: "action.restoreTitle", text: "action.restoreText", go: "action.restoreGo" },
  switch: { title: "action.switchTitle", text: "action.switchText", go: "action.switchGo" },
};

function requestOf(kind: ActionKind, site: string, typed: string): { verb: string; command: Record<string, unknown> } {
  switch (kind) {
    case "drill":
      return { verb: "start-drill", command: { scenario: "site-loss", site, confirm_site: typed } };
    case "break":
      return { verb: "break-site", command: { site, confirm_site: typed } };
    case "restore":
      return { verb: "restore-site", command: { site } };
    case "switch":
      return { verb: "switch-over", command: { partition: "all", to: site } };
  }
}

export function SiteAction({ kind, site, tone, onClose, onDone }: ActionProps): ReactElement {
  const t = useT();
  const { transport } = useApp();
  const sites = useSites();
  const [typed, setTyped] = useState("");
  const [commandId] = useState(() => newId());
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const isDangerous = kind === "drill" || kind === "break";
  const isConfirmed = !isDangerous || typed.trim() === site;

  const go = async (): Promise<void> => {
    setBusy(true);
    setFailure(null);
    const { verb, command } = requestOf(kind, site, typed.trim());
    try {
      // A site that is about to break cannot watch its own drill: the other one carries it out.
      const target = sites.sites.find((other) => other.name === site)?.url;
      const via = kind === "switch" || target === undefined ? undefined : transport.sites.others(target)[0];
      await transport.command({ id: commandId, module: "continuity", verb, command }, 30_000, via);
      onDone();
      onClose();
    } catch (error) {
      setFailure(codeOf(error));
      setBusy(false);
    }
  };

  return (
    <Dialog
      title={t(WORDS[kind].title, { site })}
      kind={isDangerous ? "danger" : "plain"}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="button" onClick={onClose}>
            {t("cancel")}
          </button>
          <button type="submit" form="site-action" className={isDangerous ? "button danger" : "button primary"} disabled={!isConfirmed || isBusy}>
            {t(WORDS[kind].go, { site })}
          </button>
        </>
      }
    >
      <form
        id="site-action"
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (isConfirmed) {
            void go();
          }
        }}
      >
        <p className={`site-flag ${tone}`}>
          <Icon name="site" /> {t("site.named", { site })}
        </p>
        <p>{t(WORDS[kind].text, { site })}</p>
        {isDangerous ? (
          <label className="field">
            <span>{t("action.type", { site })}</span>
            <input value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" spellCheck={false} data-first-focus />
          </label>
        ) : null}
        {failure === null ? null : (
          <p className="failure" role="alert">
            <Icon name="warning" /> {errorText(failure)}
          </p>
        )}
      </form>
    </Dialog>
  );
}
