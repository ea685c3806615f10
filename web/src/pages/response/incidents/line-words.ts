/** A line of the timeline in words. */

import type { Answer, End, Line } from "../../../api/response";
import type { Id } from "../../../api/types";
import { type Key, type Translate, listText } from "../../../i18n";

const SIMPLE: Record<string, Key> = {
  "incident-opened": "timeline.opened",
  "incident-mitigated": "timeline.mitigated",
  "incident-reopened": "timeline.reopened",
  "incident-closed": "timeline.closed",
  "tasks-added": "timeline.tasksAdded",
  "decision-recorded": "timeline.decided",
  "update-posted": "timeline.updated",
  "incident-noted": "timeline.noted",
  "call-placed": "timeline.callPlaced",
  "call-cancelled": "timeline.callCancelled",
};

const ANSWERED: Record<Answer, Key> = { yes: "timeline.callYes", cannot: "timeline.callCannot", declined: "timeline.callDeclined" };

/** What stands in the line's `text` is part of the words already. */
const WITHOUT_TEXT: ReadonlySet<string> = new Set(["severity-changed", "role-taken", "role-left", "call-advanced", "call-acknowledged"]);

export function lineText({ kind, text }: Line): string {
  return WITHOUT_TEXT.has(kind) ? "" : text;
}

export function lineWords(line: Line, t: Translate, nameOf: (person: Id) => string): string {
  const { kind, data, person_id, text } = line;
  const name = person_id === null ? t("timeline.site") : nameOf(person_id);
  const simple = SIMPLE[kind];
  if (simple !== undefined) {
    return t(simple, { name });
  }
  switch (kind) {
    case "severity-changed":
      return t("timeline.severity", { name, severity: t(`incident.severity.${data["severity"] as "minor"}`) });
    case "role-taken":
      return t("timeline.roleTaken", { name, role: text });
    case "role-left":
      return t("timeline.roleLeft", { role: text });
    case "task-assigned": {
      const who = data["person_id"];
      return typeof who === "string" ? t("timeline.assigned", { who: nameOf(who) }) : t("timeline.unassigned");
    }
    case "task-done":
      return t(data["is_done"] === true ? "timeline.done" : "timeline.undone", { name });
    case "call-acknowledged":
      return t(ANSWERED[data["answer"] as Answer] ?? "timeline.callStep", { name });
    case "call-advanced":
      return stepWords((data["advance"] ?? {}) as Step, t, nameOf);
    default:
      return t("timeline.other", { kind, name });
  }
}

interface Step {
  told?: Id[];
  end?: End;
}

function stepWords({ told = [], end }: Step, t: Translate, nameOf: (person: Id) => string): string {
  if (end !== undefined) {
    return t("timeline.callEnded", { outcome: t(`call.outcome.${end.outcome}`) });
  }
  return told.length > 0 ? t("timeline.callTold", { names: listText(told.map(nameOf)) }) : t("timeline.callStep");
}
