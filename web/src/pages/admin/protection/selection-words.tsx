/** Whose changes a rewind is about, in words. */

import type { Selection } from "../../../api/protection";
import { momentText, useT } from "../../../i18n";
import { usePersonName } from "../../chat/names";

export function useSelectionWords(): (selection: Selection) => string {
  const t = useT();
  const nameOf = usePersonName();
  return (selection) => {
    if ("rewind" in selection) {
      return t("protection.ofRewind");
    }
    const { person_id, since, until } = selection.person;
    const name = nameOf(person_id);
    return until === undefined
      ? t("protection.ofPersonSince", { name, since: momentText(since) })
      : t("protection.ofPersonBetween", { name, since: momentText(since), until: momentText(until) });
  };
}
