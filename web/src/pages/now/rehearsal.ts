/** Whether the way back from the vault is proven, as people should take it. */

import type { Rehearsal, RehearsalState } from "../../api/types";
import type { VaultLook } from "./vault";

/** `unknown`: there is no fresh word, or the site cannot tell. */
export type Proof = RehearsalState | "unknown";

export const PROOF_LOOKS: Record<Proof, VaultLook> = {
  fresh: { word: "rehearsal.fresh", text: "rehearsal.freshText", icon: "check", tone: "good" },
  stale: { word: "rehearsal.stale", text: "rehearsal.staleText", icon: "clock", tone: "bad" },
  failed: { word: "rehearsal.failed", text: "rehearsal.failedText", icon: "stop", tone: "bad" },
  never: { word: "rehearsal.never", text: "rehearsal.neverText", icon: "warning", tone: "warn" },
  unknown: { word: "rehearsal.unknown", text: "rehearsal.unknownText", icon: "question", tone: "warn" },
};

export function proof(rehearsal: Rehearsal | null | undefined, isStale: boolean): Proof {
  const state = isStale ? undefined : rehearsal?.state;
  return state !== undefined && Object.hasOwn(PROOF_LOOKS, state) ? state : "unknown";
}

/** What is raised at the top of the page; that it was never rehearsed is told, and is no alarm. */
export function raisedProof(state: Proof): Proof | null {
  return state === "failed" || state === "stale" ? state : null;
}

/** The worse of two tones: what works and is not proven is not good. */
export function worseTone(one: VaultLook["tone"], other: VaultLook["tone"]): VaultLook["tone"] {
  return [one, other].includes("bad") ? "bad" : [one, other].includes("warn") ? "warn" : "good";
}
