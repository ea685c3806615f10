/**
 * What a drill's report says. Reports are of different scenarios and different ages, and operators can file
 * their own: everything in one may be missing or be something else.
 */

import type { Millis, TimelineNote } from "../../../../api/types";

type Values = Record<string, unknown>;

/** How something people do fared in a drill. */
export interface FunctionLine {
  module: string;
  name: string | null;
  objectiveMs: number | null;
  /** Until it worked again. */
  rtoMs: number | null;
  availablePct: number | null;
  before: number | null;
  during: number | null;
  after: number | null;
  lost: number | null;
  duplicated: number | null;
  tried: number | null;
  worked: number | null;
  longestGapMs: number | null;
  lastFailure: string | null;
}

export type Severity = "high" | "medium" | "low";

export interface DrillFinding {
  id: string;
  /** None: one of which this app does not know how bad it is. */
  severity: Severity | null;
  title: string;
  detail: string | null;
  function: string | null;
  owner: string | null;
  due: Millis | null;
}

export interface PutBack {
  what: string;
  isDone: boolean;
  failure: string | null;
  /** What people have to do, where it is not done. */
  manual: string | null;
}

export interface DrillContents {
  values: Values;
  faultAt: Millis | null;
  aborted: string | null;
  functions: FunctionLine[];
  /** None: the report is older than findings are. */
  findings: DrillFinding[] | null;
  shortfalls: string[];
  timeline: TimelineNote[];
  steps: { at: Millis; what: string }[];
  putBack: PutBack[];
}

function object(value: unknown): Values {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Values) : {};
}

function list(value: unknown): Values[] {
  return Array.isArray(value) ? value.map(object) : [];
}

export function numberIn(values: Values, field: string): number | null {
  const value = values[field];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function textIn(values: Values, field: string): string | null {
  const value = values[field];
  return typeof value === "string" && value !== "" ? value : null;
}

/** Until people could work again: writing, or, where everything came back from the vault, using all of it. */
export function recoveryMs(report: unknown): number | null {
  const values = object(report);
  return numberIn(values, "rto_ms") ?? numberIn(values, "complete_ms");
}

export function readReport(report: unknown): DrillContents {
  const values = object(report);
  return {
    values,
    faultAt: numberIn(values, "fault_at"),
    aborted: textIn(values, "aborted"),
    functions: functionsIn(values),
    findings: Array.isArray(values["findings"]) ? list(values["findings"]).map(findingOf) : null,
    shortfalls: Array.isArray(values["shortfalls"]) ? values["shortfalls"].filter((each) => typeof each === "string") : [],
    // Some notes are about a moment before they were written.
    timeline: list(values["timeline"]).flatMap(noteOf).sort((a, b) => a.at - b.at),
    steps: list(values["steps"]).flatMap((step) => {
      const [at, what] = [numberIn(step, "at"), textIn(step, "what")];
      return at === null || what === null ? [] : [{ at, what }];
    }),
    putBack: list(values["put_back"]).map(putBackOf),
  };
}

function functionsIn(values: Values): FunctionLine[] {
  if (Array.isArray(values["functions"])) {
    return list(values["functions"]).map(functionOf);
  }
  // What came back from the vault is told by module.
  return Object.entries(object(values["first_use_ms"])).map(([module, ms]) => functionOf({ module, rto_ms: ms }));
}

function functionOf(line: Values): FunctionLine {
  return {
    module: textIn(line, "module") ?? "",
    name: textIn(line, "name"),
    objectiveMs: numberIn(line, "objective_rto_ms"),
    rtoMs: numberIn(line, "rto_ms"),
    availablePct: numberIn(line, "available_pct"),
    before: numberIn(line, "throughput_before"),
    during: numberIn(line, "throughput_during"),
    after: numberIn(line, "throughput_after"),
    lost: numberIn(line, "lost"),
    duplicated: numberIn(line, "duplicated"),
    tried: numberIn(line, "tried"),
    worked: numberIn(line, "worked"),
    longestGapMs: numberIn(line, "longest_gap_ms"),
    lastFailure: textIn(line, "last_failure"),
  };
}

const SEVERITIES: readonly Severity[] = ["high", "medium", "low"];

function findingOf(finding: Values, index: number): DrillFinding {
  return {
    id: textIn(finding, "id") ?? String(index + 1),
    severity: SEVERITIES.find((severity) => severity === finding["severity"]) ?? null,
    title: textIn(finding, "title") ?? textIn(finding, "id") ?? String(index + 1),
    detail: textIn(finding, "detail"),
    function: textIn(finding, "function"),
    owner: textIn(finding, "owner"),
    due: numberIn(finding, "due"),
  };
}

function noteOf(note: Values, index: number): TimelineNote[] {
  const [at, kind] = [numberIn(note, "at"), textIn(note, "kind")];
  return at === null || kind === null
    ? []
    : [
        {
          number: numberIn(note, "number") ?? -1 - index,
          incident: textIn(note, "incident"),
          kind,
          site: textIn(note, "site"),
          at,
          noted_by: textIn(note, "noted_by") ?? "",
          detail: textIn(note, "detail") ?? "",
          evidence: note["evidence"],
        },
      ];
}

/** How putting back went; everything else in the line says what it was. */
const HOW_IT_WENT: ReadonlySet<string> = new Set(["done", "tries", "failure", "manual"]);

function putBackOf(line: Values): PutBack {
  const what = Object.entries(line).filter(([field, value]) => !HOW_IT_WENT.has(field) && (typeof value === "string" || typeof value === "number"));
  return {
    what: what.map(([, value]) => value).join(" "),
    isDone: line["done"] === true,
    failure: textIn(line, "failure"),
    manual: textIn(line, "manual"),
  };
}
