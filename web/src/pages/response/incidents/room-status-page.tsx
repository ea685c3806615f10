/** Where those outside read what is said in public. */

import type { ReactElement } from "react";
import type { StatusPage } from "../../../api/response";
import { useSites } from "../../../app-context";
import { useT } from "../../../i18n";
import { Icon } from "../../../ui/icon";
import { useResponse } from "../use-response";

export function RoomStatusPage(): ReactElement {
  const t = useT();
  const { data } = useResponse<StatusPage>("status-page");
  const { active } = useSites();
  return (
    <section className="card" aria-labelledby="room-status-title">
      <h3 id="room-status-title">{t("room.status")}</h3>
      {data === undefined ? null : (
        <>
          <p>{t(data.is_on ? "room.statusOn" : "room.statusOff")}</p>
          {data.is_on ? (
            <a className="button" href={`${active}/status/${data.slug}`} target="_blank" rel="noreferrer">
              <Icon name="eye" size={16} /> {t("room.statusShow")}
            </a>
          ) : null}
        </>
      )}
    </section>
  );
}
