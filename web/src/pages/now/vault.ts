/** How the vault stands, as people should take it. What is not known is never good news. */

import type { Status, TimelineNote, Vault, VaultAlarm, VaultPartition } from "../../api/types";
import type { Key } from "../../i18n";
import type { IconName } from "../../ui/icon";

/** `absent`: the site does not seal; `unknown`: there is no fresh word; `starting`: not all is known yet. */
export type VaultState = "good" | VaultAlarm | "absent" | "unknown" | "starting";

export interface VaultLook {
  word: Key;
  text: Key;
  icon: IconName;
  tone: "good" | "warn" | "bad";
}

export const VAULT_LOOKS: Record<VaultState, VaultLook> = {
  good: { word: "vault.good", text: "vault.goodText", icon: "shield", tone: "good" },
  silent: { word: "vault.silent", text: "vault.silentText", icon: "stop", tone: "bad" },
  behind: { word: "vault.behind", text: "vault.behindText", icon: "clock", tone: "bad" },
  trust_missing: { word: "vault.trustMissing", text: "vault.trustMissingText", icon: "key", tone: "bad" },
  absent: { word: "vault.absent", text: "vault.absentText", icon: "warning", tone: "warn" },
  starting: { word: "vault.starting", text: "vault.startingText", icon: "question", tone: "warn" },
  unknown: { word: "vault.unknown", text: "vault.unknownText", icon: "question", tone: "bad" },
};

const ALARMS: readonly string[] = ["silent", "behind", "trust_missing"] satisfies VaultAlarm[];

export function vaultState(vault: Vault | null | undefined, isStale: boolean): VaultState {
  if (isStale) {
    return "unknown";
  }
  if (vault === null || vault === undefined) {
    return "absent";
  }
  if (vault.alarm !== null) {
    return ALARMS.includes(vault.alarm) ? vault.alarm : "unknown";
  }
  return vault.rpo_seconds === null ? "starting" : "good";
}

/** The alarm to raise at the top of the page, if any. */
export function raisedAlarm(state: VaultState): VaultAlarm | null {
  return ALARMS.includes(state) ? (state as VaultAlarm) : null;
}

/**
 * The age of the oldest work that only the sites have, in milliseconds: it grows between two answers,
 * as long as something waits.
 */
export function liveAgeMs(line: Pick<VaultPartition, "backlog" | "rpo_seconds">, saidAt: number, now: number): number | null {
  if (line.rpo_seconds === null) {
    return null;
  }
  const since = line.backlog > 0 ? Math.max(0, now - saidAt) : 0;
  return Math.round(line.rpo_seconds) * 1_000 + Math.round(since / 1_000) * 1_000;
}

export interface VaultLine extends VaultPartition {
  module: string;
  workspace: string;
}

/** What waits no longer than this is on its way. */
const ON_ITS_WAY_SECONDS = 60;

/** The partitions with what they are, those that need a look first; the others stay where they are. */
export function vaultLines(vault: Vault, status: Pick<Status, "partitions">): VaultLine[] {
  const weight = (line: VaultPartition): number =>
    line.failure !== null ? 0 : line.rpo_seconds === null ? 1 : line.rpo_seconds > ON_ITS_WAY_SECONDS ? 2 : 3;
  return vault.partitions
    .map((line) => {
      const known = status.partitions.find((partition) => partition.partition === line.partition);
      const [workspace = "", module = ""] = line.partition.split("/");
      return { ...line, module: known?.module ?? module, workspace: known?.workspace ?? workspace };
    })
    .sort((a, b) => weight(a) - weight(b));
}

const NOTES: readonly string[] = ["vault-silent", "vault-back", "recovery-unproven", "recovery-proven"];

/** The newest notes about the vault and the way back, which come outside of incidents too. */
export function vaultNotes(notes: readonly TimelineNote[]): TimelineNote[] {
  return notes.filter((note) => NOTES.includes(note.kind)).slice(0, 10);
}
