import { expect, it } from "vitest";
import type { IncidentDetail } from "../../../api/response";
import type { OutboxItem } from "../../../sync/outbox-item";
import { unsentIncident, waitingFor, waitingLines, withWaiting } from "./pending";

const item = (verb: string, command: object, more: Partial<OutboxItem> = {}): OutboxItem => ({
  id: verb, lane: "incident:i", order: 1, module: "response", verb, workspace_id: "w", command: { incident_id: "i", ...command },
  created_at: 5, state: "waiting", attempts: 1, possibly_written: true, at: 0, ...more,
});
const opened = unsentIncident([item("open-incident", { severity: "major", title: "Dark", assets: [] })], "me") as IncidentDetail;
const after = (...items: OutboxItem[]): IncidentDetail => withWaiting(opened, items, "me", (id) => `role ${id}`);

it("finds what waits for an incident, and nothing that is settled or another's", () => {
  const waits = item("post-update", { text: "x" });
  const others = [
    item("post-update", {}, { state: "answered" }),
    item("post-update", {}, { state: "refused" }),
    item("post-update", {}, { workspace_id: "v" }),
    item("post-update", { incident_id: "j" }, { lane: "incident:j" }),
  ];
  const call = item("place-call", { incident_id: undefined });
  expect(waitingFor([waits, ...others, call], "w", "i")).toEqual([waits, call]);
});

it("shows a room that no site knows of yet", () => {
  expect(opened).toMatchObject({ title: "Dark", state: "open", opened_by: "me", opened_at: 5 });
  expect(unsentIncident([item("post-update", {})], "me")).toBeUndefined();
});

it("shows tasks, roles and states as they will be", () => {
  const added = item("add-tasks", { tasks: [{ task_id: "t", title: "Ring" }, { task_id: "u", title: "Tell" }], runbook: "Power" });
  const now = after(
    added,
    item("set-task-done", { task_id: "t", is_done: true }),
    item("assign-task", { task_id: "u", person_id: "ann" }),
    item("take-role", { role_id: "r" }),
    item("take-role", { role_id: "r", person_id: "ben" }),
    item("change-severity", { severity: "critical" }),
    item("mitigate-incident", {}),
  );
  expect(now.task_list).toMatchObject([{ done_by: "me", runbook: "Power" }, { assignee: "ann", done_at: null }]);
  expect(now.roles).toEqual([{ role_id: "r", name: "role r", person_id: "ben", taken_at: 5 }]);
  expect(now).toMatchObject({ severity: "critical", state: "mitigated" });
  expect(after(item("close-incident", { none_because: "rehearsed" }))).toMatchObject({ state: "closed", none_because: "rehearsed", closed_by: "me" });
});

it("does not show a task twice that a site has already", () => {
  const added = item("add-tasks", { tasks: [{ task_id: "t", title: "Ring" }] });
  expect(withWaiting(after(added), [added], "me", String).task_list).toHaveLength(1);
});

it("puts what somebody said above the timeline, the newest first", () => {
  const lines = waitingLines([item("post-update", { text: "one", is_public: true }), item("assign-task", {}), item("record-decision", { text: "two" })], "me");
  expect(lines.map(({ kind, text, is_public }) => [kind, text, is_public])).toEqual([
    ["decision-recorded", "two", false],
    ["update-posted", "one", true],
  ]);
});
