/** Which changes a rewind is about, in words. */

import type { Selection } from "../../../api/protection";
import type { Id } from "../../../api/types";
import { type Translate, momentText, useT } from "../../../i18n";
import { usePersonName } from "../../chat/names";

export function useSelectionWords(): (selection: Selection) => string {
  const t = useT();
  const nameOf = usePersonName();
  return (selection) => selectionWords(selection, nameOf, t);
}

/** A newer site may know more ways to select: one that is not known here has words too. */
export function selectionWords(selection: Selection, nameOf: (id: Id) => string, t: Translate): string {
  if ("rewind" in selection) {
    return t("protection.ofRewind");
  }
  if ("moment" in selection) {
    const { to, objects } = selection.moment;
    return objects === undefined
      ? t("protection.ofMoment", { time: momentText(to) })
      : t("protection.ofMomentObjects", { count: objects.length, time: momentText(to) });
  }
  if ("person" in selection) {
    const { person_id, since, until } = selection.person;
    const name = nameOf(person_id);
    return until === undefined
      ? t("protection.ofPersonSince", { name, since: momentText(since) })
      : t("protection.ofPersonBetween", { name, since: momentText(since), until: momentText(until) });
  }
  return t("protection.ofUnknown");
}
