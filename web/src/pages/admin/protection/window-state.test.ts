import { expect, it } from "vitest";
import type { MaintenanceWindow } from "../../../api/protection";
import { windowState } from "./window-state";

const window: MaintenanceWindow = {
  window_id: "w", person_id: null, begins_at: 100, ends_at: 200, kinds: ["changes"], reason: "r",
  declared_by: "p", declared_at: 0, ended_by: null,
};

it.each([[99, "upcoming"], [100, "running"], [199, "running"], [200, "over"]] as const)("a window at %i is %s", (now, state) => {
  expect(windowState(window, now)).toBe(state);
});

it("is ended, not over, when somebody ended it", () => {
  expect(windowState({ ...window, ended_by: "q" }, 150)).toBe("ended");
});
