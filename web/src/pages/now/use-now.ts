/** What the sites say of themselves, asked again and again, with its age. */

import { useCallback, useEffect, useState } from "react";
import { useApp, useSites, useStore } from "../../app-context";
import type { Drill, DrillProgress, Page, Status, TimelineNote } from "../../api/types";
import { codeOf } from "../../ui/failure";

export interface NowView {
  status: Status | null;
  /** When the status was given, by this device's clock. */
  statusAt: number | null;
  notes: TimelineNote[];
  drills: Drill[];
  /** The drill that runs, as the site that carries it out tells; operators only. */
  progress: DrillProgress | null;
  failure: string | null;
  /** Whether this very browser reaches a site, by URL; `undefined`: not tried yet. */
  reached: ReadonlyMap<string, boolean>;
  now: number;
  refresh(): void;
}

const EVERY_MS = 2_000;

export function useNowView(): NowView {
  const { transport, sessions } = useApp();
  const isOperator = useStore(sessions)?.account.operator === true;
  const { sites } = useSites();
  const [status, setStatus] = useState<Status | null>(null);
  const [statusAt, setStatusAt] = useState<number | null>(null);
  const [notes, setNotes] = useState<TimelineNote[]>([]);
  const [drills, setDrills] = useState<Drill[]>([]);
  const [progress, setProgress] = useState<DrillProgress | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [reached, setReached] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [now, setNow] = useState(() => Date.now());
  const [turn, setTurn] = useState(0);

  useEffect(() => {
    let isWanted = true;
    const look = async (): Promise<void> => {
      try {
        const answer = await transport.query<Status>("/api/status");
        if (isWanted) {
          setStatus(answer);
          setStatusAt(Date.now());
          setFailure(null);
        }
        const [timeline, drillList] = await Promise.all([
          transport.query<Page<TimelineNote>>("/api/continuity/timeline", { limit: 100 }),
          transport.query<Page<Drill>>("/api/continuity/drill-list", { limit: 10, scenario: "site-loss" }),
        ]);
        if (isWanted) {
          setNotes(timeline.items);
          setDrills(drillList.items);
        }
        if (isOperator) {
          const told = await Promise.allSettled(
            transport.sites.get().sites.map((site) => transport.at<DrillProgress>(site.url, "/api/continuity/drill-progress")),
          );
          const running = told.find((answer) => answer.status === "fulfilled" && answer.value.running);
          if (isWanted) {
            setProgress(running?.status === "fulfilled" ? running.value : null);
          }
        }
      } catch (error) {
        if (isWanted) {
          setFailure(codeOf(error));
        }
      }
    };
    void look();
    const timer = setInterval(() => void look(), EVERY_MS);
    return () => {
      isWanted = false;
      clearInterval(timer);
    };
  }, [transport, turn, isOperator]);

  useEffect(() => {
    const knock = (): void => {
      for (const site of sites) {
        void fetch(`${site.url}/livez`, { signal: AbortSignal.timeout(1_500), cache: "no-store", mode: "no-cors" }).then(
          () => setReached((before) => new Map(before).set(site.url, true)),
          () => setReached((before) => new Map(before).set(site.url, false)),
        );
      }
    };
    knock();
    const timer = setInterval(knock, EVERY_MS);
    return () => clearInterval(timer);
  }, [sites]);

  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);

  return { status, statusAt, notes, drills, progress, failure, reached, now, refresh: useCallback(() => setTurn((n) => n + 1), []) };
}

/** Older than this, a status says nothing about now. */
export const STALE_AFTER_MS = 8_000;

/** A fault this long before an incident was noticed may be its cause. */
const CAUSE_WITHIN_MS = 60_000;
/** What is noted about the same site this long after belongs to it still. */
const AFTERMATH_MS = 15 * 60_000;

/**
 * The notes of the newest incident, oldest first, with those about the same site around it: a fault
 * is injected before anybody can know that an incident follows.
 */
export function lastIncident(notes: readonly TimelineNote[]): TimelineNote[] {
  const newest = notes.find((note) => note.incident !== null);
  if (newest === undefined) {
    return [];
  }
  const own = notes.filter((note) => note.incident === newest.incident);
  const times = own.map((note) => note.at);
  const sites = new Set(own.map((note) => note.site));
  const [from, to] = [Math.min(...times) - CAUSE_WITHIN_MS, Math.max(...times) + AFTERMATH_MS];
  return notes
    .filter((note) => {
      const isNear = note.incident === null && sites.has(note.site) && note.at >= from && note.at <= to;
      return note.incident === newest.incident || isNear;
    })
    .sort((a, b) => a.at - b.at || a.number - b.number);
}

/**
 * The moment durations of an incident run from: the fault itself where a drill injected it, else the
 * last time a probe went well, else the first note.
 */
export function incidentBegin(notes: readonly TimelineNote[]): number {
  const injected = notes.find((note) => note.kind === "fault-injected");
  const lost = notes.find((note) => note.kind === "site-lost");
  const lastGood = (lost?.evidence as { last_good_at?: unknown } | null | undefined)?.last_good_at;
  return injected?.at ?? (typeof lastGood === "number" ? lastGood : (notes[0]?.at ?? 0));
}
