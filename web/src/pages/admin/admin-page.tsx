/** Administration: tables and trees, loaded only by those who come here. */

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { App as AntApp, ConfigProvider, theme as antTheme } from "antd";
import enUS from "antd/locale/en_US";
import idID from "antd/locale/id_ID";
import zhCN from "antd/locale/zh_CN";
import zhTW from "antd/locale/zh_TW";
import { type ReactElement, Suspense, lazy, useEffect, useRef, useState } from "react";
import { useApp, useStore, useWorkspace } from "../../app-context";
import { type Language, currentLanguage, loadWords, useT } from "../../i18n";
import type { AdminSection } from "../../route";
import { isDark } from "../../theme";
import { Link } from "../../ui/link";
import { Loading } from "../../ui/loading";
import { OpenAlarms } from "../../ui/open-alarms";
import { pagesFor } from "./continuity/pages";
import { useVisitor } from "./continuity/visitor";
import "../../styles/admin.css";

const SECTIONS: Record<AdminSection, React.LazyExoticComponent<() => ReactElement>> = {
  people: lazy(() => import("./people")),
  departments: lazy(() => import("./departments")),
  groups: lazy(() => import("./groups")),
  roles: lazy(() => import("./roles")),
  invitations: lazy(() => import("./invitations")),
  history: lazy(async () => {
    const [page] = await Promise.all([import("../history/history-page"), loadWords("history")]);
    return page;
  }),
  protection: lazy(async () => {
    const [page] = await Promise.all([import("./protection/protection"), loadWords("protection")]);
    return page;
  }),
  continuity: lazy(async () => {
    const [page] = await Promise.all([import("./continuity/continuity"), loadWords("continuity")]);
    return page;
  }),
  accounts: lazy(() => import("./accounts")),
};

const LOCALES = { en: enUS, id: idID, "zh-Hans": zhCN, "zh-Hant": zhTW } satisfies Record<Language, unknown>;

export default function AdminPage({ section }: { section: AdminSection }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const { sessions } = useApp();
  const isOperator = useStore(sessions)?.account.operator === true;
  const dark = useStore(isDark);
  const [queries] = useState(
    () => new QueryClient({ defaultOptions: { queries: { retry: 1, staleTime: 5_000, refetchOnWindowFocus: true } } }),
  );
  const visitor = useVisitor();
  const Section = SECTIONS[section];
  const sections: AdminSection[] = [
    "people",
    "departments",
    "groups",
    "roles",
    "invitations",
    ...(workspace.may("history.view") ? (["history"] as const) : []),
    ...(workspace.may("protection.manage") ? (["protection"] as const) : []),
    ...(pagesFor(visitor).length > 0 ? (["continuity"] as const) : []),
    ...(isOperator ? (["accounts"] as const) : []),
  ];

  // In a narrow window the sections scroll sideways: the chosen one is always in sight.
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    nav.current?.querySelector("[aria-current=page]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [section]);

  return (
    <QueryClientProvider client={queries}>
      <ConfigProvider
        locale={LOCALES[currentLanguage()]}
        theme={{
          algorithm: dark ? antTheme.darkAlgorithm : antTheme.defaultAlgorithm,
          token: {
            colorPrimary: dark ? "#2f7fb8" : "#1d5f8a",
            colorError: dark ? "#ff7b72" : "#b3261e",
            // The library's own quiet greys are too faint to read.
            colorTextDescription: dark ? "#aab4be" : "#57606a",
            colorTextPlaceholder: dark ? "#9aa4ae" : "#6a737d",
            colorTextDisabled: dark ? "#98a2ac" : "#6a737d",
            borderRadius: 8,
            motion: !matchMedia("(prefers-reduced-motion: reduce)").matches,
            fontFamily: "inherit",
          },
        }}
      >
        <AntApp component={false}>
          <main className="admin" aria-labelledby="admin-title">
            <header className="admin-head">
              <h1 id="admin-title">{t("admin.title", { workspace: workspace.membership.name })}</h1>
              <nav ref={nav} aria-label={t("admin.sections")} className="admin-nav">
                {sections.map((key) => (
                  <Link key={key} to={`/admin/${workspace.id}/${key}`} aria-current={key === section ? "page" : undefined}>
                    {t(`admin.${key}`)}
                    {key === "protection" ? <OpenAlarms /> : null}
                  </Link>
                ))}
              </nav>
            </header>
            <div className="admin-body">
              <Suspense fallback={<Loading />}>
                <Section />
              </Suspense>
            </div>
          </main>
        </AntApp>
      </ConfigProvider>
    </QueryClientProvider>
  );
}
