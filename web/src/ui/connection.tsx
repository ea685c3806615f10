/** How the connection is, in words, with what one can do about it. */

import { type ReactElement, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useApp, useClient, useSites, useStore } from "../app-context";
import { timeText, useT } from "../i18n";
import { type Banner, NOTHING_REMEMBERED, banner, remember } from "../sync/banner";
import { isOpen } from "../sync/outbox-item";
import { Icon } from "./icon";

function useBanner(): Banner {
  const client = useClient();
  const { sites, silent } = useSites();
  const stream = useSyncExternalStore(
    (listener) => client.onStream(listener),
    () => client.streamView(),
  );
  const memory = useRef(NOTHING_REMEMBERED);
  const [shown, setShown] = useState<Banner>({ kind: "none" });

  useEffect(() => {
    const everySiteSilent = sites.every((site) => silent.has(site.url));
    const look = (): void => {
      const now = Date.now();
      memory.current = remember(memory.current, stream, now);
      const next = banner(memory.current, stream, everySiteSilent, now);
      setShown((before) => (JSON.stringify(before) === JSON.stringify(next) ? before : next));
    };
    look();
    const timer = setInterval(look, 250);
    return () => clearInterval(timer);
  }, [stream, sites, silent]);
  return shown;
}

export function ConnectionBanner(): ReactElement {
  const t = useT();
  const client = useClient();
  const state = useBanner();
  const waiting = useStore(client.outbox).filter((item) => isOpen(item) && item.verb === "post-message").length;

  return (
    <div className="banner-place" role="status" aria-live="polite">
      {state.kind === "none" ? null : (
        <div className={`banner banner-${state.kind}`}>
          <Icon name={state.kind === "back" ? "check" : state.kind === "catching-up" ? "retry" : "warning"} />
          {state.kind === "offline" || state.kind === "reconnecting" ? (
            <>
              <span>
                <strong>{t(state.kind === "offline" ? "banner.offline" : "banner.reconnecting")}</strong>{" "}
                <Countdown at={state.retryAt} />
              </span>
              <button type="button" className="button small" onClick={() => client.stream?.reconnectNow()}>
                {t("banner.retryNow")}
              </button>
            </>
          ) : null}
          {state.kind === "catching-up" ? (
            <span>{state.entries === 0 ? t("banner.catchingUp") : t("banner.catchingUpCount", { count: state.entries })}</span>
          ) : null}
          {state.kind === "back" ? <span>{t("banner.back")}</span> : null}
          {waiting > 0 && state.kind !== "back" ? (
            <span className="banner-waiting">{t("banner.waiting", { count: waiting })}</span>
          ) : null}
        </div>
      )}
    </div>
  );
}

function Countdown({ at }: { at: number | null }): ReactElement | null {
  const t = useT();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const seconds = at === null ? 0 : Math.ceil((at - now) / 1_000);
  // A count that ticks every second would be read out every second.
  return seconds > 0 ? <span aria-hidden>{t("banner.inSeconds", { count: seconds })}</span> : null;
}

/** Said once after a site was lost: where one is now, and that nothing was lost. */
export function SiteNotice(): ReactElement | null {
  const t = useT();
  const app = useApp();
  const { change, sites, silent } = useSites();
  // While no site answers, another notice says so.
  if (change === null || sites.every((site) => silent.has(site.url))) {
    return null;
  }
  return (
    <div className="banner banner-site" role="status">
      <Icon name="shield" />
      <span>{t("site.changed", { site: change.to, time: timeText(change.at) })}</span>
      <button type="button" className="button small" onClick={() => app.sites.dismissChange()}>
        {t("site.dismiss")}
      </button>
    </div>
  );
}
