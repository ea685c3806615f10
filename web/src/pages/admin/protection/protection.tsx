/** Protection: what looks like an attack by a valid account, and taking back what it did. */

import type { ReactElement } from "react";
import { useWorkspace } from "../../../app-context";
import { useT } from "../../../i18n";
import { PROTECTION_PLACES, type ProtectionPlace, protectionPath, useRoute } from "../../../route";
import { Failure } from "../../../ui/failure";
import { Link } from "../../../ui/link";
import { OpenAlarms } from "../../../ui/open-alarms";
import { Alarms } from "./alarms";
import { Canaries } from "./canaries";
import { Maintenance } from "./maintenance";
import { RewindPage } from "./rewind-page";
import { Planning } from "./planning";
import { Rewinds } from "./rewinds";
import "../../../styles/protection.css";

const PLACES: Record<ProtectionPlace, () => ReactElement> = {
  alarms: Alarms,
  rewinds: Rewinds,
  canaries: Canaries,
  maintenance: Maintenance,
};

export default function Protection(): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const route = useRoute();
  if (!workspace.may("protection.manage")) {
    return <Failure code="not_permitted" />;
  }
  const place = route.page === "admin" ? route.place : "alarms";
  const item = route.page === "admin" ? route.item : null;
  const Place = PLACES[place];
  return (
    <div className="protection">
      <nav className="places" aria-label={t("admin.protection")}>
        {PROTECTION_PLACES.map((each) => (
          <Link key={each} to={protectionPath(workspace.id, each)} aria-current={each === place ? "page" : undefined}>
            {t(`protection.${each}`)}
            {each === "alarms" ? <OpenAlarms /> : null}
          </Link>
        ))}
      </nav>
      {place === "rewinds" && item === "new" ? <Planning /> : place === "rewinds" && item !== null ? <RewindPage key={item} id={item} /> : <Place />}
    </div>
  );
}
