/** Whether a maintenance window is open. */

import type { MaintenanceWindow } from "../../../api/protection";

export type WindowState = "upcoming" | "running" | "over" | "ended";

export function windowState(window: MaintenanceWindow, now: number): WindowState {
  if (window.ended_by !== null) {
    return "ended";
  }
  if (now >= window.ends_at) {
    return "over";
  }
  return now < window.begins_at ? "upcoming" : "running";
}
