/** The frame around every page: where one can go, how the connection is, what the keys do. */

import {
  type ReactElement,
  Suspense,
  lazy,
  useCallback,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import type { ResponseReach } from "../chat/response-news";
import { Store } from "../chat/store";
import type { Workspace } from "../chat/workspace";
import { WorkspaceContext, useApp, useClient, useStore } from "../app-context";
import { type Key, loadWords, useT } from "../i18n";
import { chatPath, documentsPath, navigate, useRoute } from "../route";
import { ConnectionBanner, SiteNotice } from "../ui/connection";
import { Icon, type IconName } from "../ui/icon";
import { Link } from "../ui/link";
import { OpenAlarms, OpenCalls } from "../ui/open-alarms";
import { OutboxProblems } from "../ui/outbox-problems";
import { Loading } from "../ui/loading";
import { Boundary } from "../ui/boundary";
import { ChatPage } from "./chat/chat-page";
import { SiteChip } from "../ui/site-chip";
import { untilLoaded } from "../ui/until-loaded";

const NowPage = lazy(() => import("./now/now-page"));
const DocumentsPage = lazy(async () => {
  const [page] = await Promise.all([import("./documents/documents-page"), loadWords("documents")]);
  return page;
});
const ProtectionWatch = lazy(() =>
  untilLoaded(async () => {
    const [watch] = await Promise.all([import("./protection-watch"), loadWords("protection")]);
    return watch;
  }),
);
const CallWatch = lazy(() =>
  untilLoaded(async () => {
    const [watch] = await Promise.all([import("./response/call-watch"), loadWords("calling")]);
    return watch;
  }),
);
const AdminPage = lazy(() => import("./admin/admin-page"));
const AccountPage = lazy(() => import("./account-page"));
const InQuarantine = lazy(() => import("./in-quarantine"));
const HelpDialog = lazy(() => import("./help-dialog"));

const ADMIN_RIGHTS = ["people.manage", "protection.manage", "groups.manage", "roles.manage", "workspace.manage", "history.view", "response.read", "response.manage"];

const NO_REACH = new Store<ResponseReach>({ command: false, succession: false });

export function Shell(): ReactElement {
  const t = useT();
  const client = useClient();
  const route = useRoute();
  const { sessions } = useApp();
  const session = useStore(sessions);
  const [isHelpOpen, setHelpOpen] = useState(false);

  const wanted = route.page === "chat" || route.page === "documents" || route.page === "admin" ? route.workspace : null;
  const membership =
    session?.workspaces.find((workspace) => workspace.id === wanted) ??
    session?.workspaces.find((workspace) => workspace.id === lastWorkspace()) ??
    session?.workspaces[0];
  const workspace = membership === undefined ? undefined : client.workspace(membership.id);
  const quarantined = session?.quarantined ?? [];
  // Whoever has another workspace comes here by the note about it.
  const quarantine = quarantined.find((one) => one.workspace_id === wanted) ?? (membership === undefined ? quarantined[0] : undefined);

  useEffect(() => {
    if (workspace !== undefined && quarantine === undefined) {
      localStorage.setItem("sekoci.workspace", workspace.id);
      if (route.page === "chat" && route.workspace !== workspace.id) {
        navigate(chatPath(workspace.id), "replace");
      }
    }
  }, [workspace, route, quarantine]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const isTyping = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]");
      if (event.key === "?" && !isTyping) {
        event.preventDefault();
        setHelpOpen(true);
      }
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        document.querySelector<HTMLElement>("[data-conversation-filter]")?.focus();
      }
      if (event.altKey && ["1", "2", "3", "4", "5"].includes(event.key)) {
        event.preventDefault();
        document.querySelectorAll<HTMLElement>(".rail-link")[Number(event.key) - 1]?.click();
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  useTitle(workspace ?? null);

  const reach = useStore(workspace?.reach ?? NO_REACH);
  const mayAdmin = ADMIN_RIGHTS.some((right) => workspace?.may(right)) || reach.command || reach.succession || session?.account.operator === true;
  const home = workspace === undefined ? "/" : chatPath(workspace.id);
  const isInConversation =
    (route.page === "chat" && (route.conversation !== null || route.pane === "search")) ||
    (route.page === "documents" && route.place === "document");

  const page = useMemo(() => {
    if (quarantine !== undefined && route.page !== "now" && route.page !== "account") {
      return <InQuarantine quarantine={quarantine} />;
    }
    switch (route.page) {
      case "documents":
        return workspace === undefined ? <NoWorkspace /> : <DocumentsPage key={workspace.id} />;
      case "now":
        return <NowPage />;
      case "admin":
        return workspace === undefined ? <NoWorkspace /> : <AdminPage section={route.section} />;
      case "account":
        return <AccountPage />;
      default:
        return workspace === undefined ? <NoWorkspace /> : <ChatPage key={workspace.id} />;
    }
  }, [route, workspace, quarantine]);

  return (
    <WorkspaceContext value={workspace ?? null}>
      <div className={isInConversation ? "shell shell-in-conversation" : "shell"}>
        <a className="skip" href="#main">
          {t("nav.skip")}
        </a>
        <nav className="rail" aria-label={t("nav.label")}>
          <Place to={home} icon="chat" word="nav.chat" isHere={route.page === "chat"} />
          {workspace === undefined ? null : (
            <Place to={documentsPath(workspace.id)} icon="file" word="nav.documents" isHere={route.page === "documents"} />
          )}
          <Place to="/now" icon="now" word="nav.now" isHere={route.page === "now"} />
          {mayAdmin && workspace !== undefined ? (
            <Place to={`/admin/${workspace.id}/people`} icon="people" word="nav.admin" isHere={route.page === "admin"} badge={<OpenAlarms />} />
          ) : null}
          <Place to="/account" icon="person" word="nav.account" isHere={route.page === "account"} badge={workspace === undefined ? null : <OpenCalls workspace={workspace} />} />
          <span className="rail-space" />
          <button type="button" className="rail-button" onClick={() => setHelpOpen(true)}>
            <Icon name="question" size={20} />
            <span>{t("nav.help")}</span>
          </button>
          <SiteChip />
        </nav>
        <div className="shell-body">
          <ConnectionBanner />
          <SiteNotice />
          <OutboxProblems />
          {quarantined
            .filter((one) => one !== quarantine)
            .map((one) => (
              <p key={one.workspace_id} className="banner banner-offline" role="status">
                <Icon name="warning" />
                <Link to={chatPath(one.workspace_id)}>{t("quarantine.elsewhere", { workspace: one.name })}</Link>
              </p>
            ))}
          {workspace?.may("protection.manage") ? (
            <Boundary quiet key={workspace.id}>
              <Suspense fallback={null}>
                <ProtectionWatch />
              </Suspense>
            </Boundary>
          ) : null}
          {workspace === undefined || quarantine !== undefined ? null : (
            <Boundary quiet key={`calls-${workspace.id}`}>
              <Suspense fallback={null}>
                <CallWatch />
              </Suspense>
            </Boundary>
          )}
          <div id="main" className="shell-page" tabIndex={-1}>
            <Boundary key={route.page}>
              <Suspense fallback={<Loading />}>{page}</Suspense>
            </Boundary>
          </div>
        </div>
      </div>
      {isHelpOpen ? (
        <Suspense fallback={null}>
          <HelpDialog onClose={() => setHelpOpen(false)} />
        </Suspense>
      ) : null}
    </WorkspaceContext>
  );
}

/** The window's title counts conversations with something unread. */
function useTitle(workspace: Workspace | null): void {
  const subscribe = useCallback(
    (listener: () => void) => workspace?.conversations.view.subscribe(listener) ?? (() => undefined),
    [workspace],
  );
  const unread = useSyncExternalStore(subscribe, () =>
    (workspace?.conversations.view.get().rows ?? []).reduce((sum, row) => sum + (row.unread > 0 && !row.archived ? 1 : 0), 0),
  );
  useEffect(() => {
    const name = workspace === null ? "Sekoci" : `${workspace.membership.name} · Sekoci`;
    document.title = unread > 0 ? `(${unread}) ${name}` : name;
  }, [workspace, unread]);
}

interface PlaceProps {
  to: string;
  icon: IconName;
  word: Key;
  isHere: boolean;
  badge?: ReactElement | null;
}

function Place({ to, icon, word, isHere, badge }: PlaceProps): ReactElement {
  const t = useT();
  return (
    <Link to={to} className="rail-link" aria-current={isHere ? "page" : undefined}>
      <Icon name={icon} size={20} />
      <span>{t(word)}</span>
      {badge}
    </Link>
  );
}

function NoWorkspace(): ReactElement {
  const t = useT();
  return (
    <main className="empty">
      <Icon name="people" size={40} />
      <h1>{t("noWorkspace.title")}</h1>
      <p>{t("noWorkspace.text")}</p>
    </main>
  );
}

function lastWorkspace(): string | null {
  return localStorage.getItem("sekoci.workspace");
}
