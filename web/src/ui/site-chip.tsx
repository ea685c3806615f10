/** Which site serves this window: name, colour and word; and the way to the other one. */

import type { ReactElement } from "react";
import { useApp, useSites } from "../app-context";
import { useT } from "../i18n";
import { Icon } from "./icon";
import { Menu } from "./menu";

/** Sites keep their colour everywhere: by their place in the list. */
export function siteTone(sites: readonly { name: string }[], name: string): string {
  const at = sites.findIndex((site) => site.name === name);
  return at === 1 ? "site-second" : "site-first";
}

export function SiteChip(): ReactElement {
  const t = useT();
  const app = useApp();
  const { sites, active, silent } = useSites();
  const named = sites.filter((site) => site.name !== "");
  const current = named.find((site) => site.url === active);
  return (
    <Menu
      className={`site-chip ${siteTone(named, current?.name ?? "")}`}
      side="left"
      label={t("site.choose", { site: current?.name ?? "?" })}
      items={named.map((site) => ({
        key: site.url,
        label: silent.has(site.url) ? t("site.silent", { site: site.name }) : t("site.named", { site: site.name }),
        icon: silent.has(site.url) ? ("warning" as const) : ("site" as const),
        isChecked: site.url === active,
        onSelect: () => app.sites.choose(site.url),
      }))}
    >
      <Icon name="site" size={16} />
      <span>{t("site.named", { site: current?.name ?? "?" })}</span>
    </Menu>
  );
}
