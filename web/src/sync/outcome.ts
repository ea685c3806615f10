/** What one attempt to send a command came to. */

import type { CommandAnswer, Problem } from "../api/types";

export type Outcome =
  /** It took effect, now or at an earlier attempt. Final. */
  | { kind: "answered"; answer: CommandAnswer }
  /** It was refused and will be refused again. Final. */
  | { kind: "refused"; problem: Problem }
  /** Try again with the same id. `written` says whether this attempt may have taken effect. */
  | { kind: "retry"; problem: Problem; written: "no" | "unknown" }
  /** The session is over: keep everything until somebody signs in. */
  | { kind: "signed-out"; problem: Problem };

/** Statuses that say "not now" rather than "no". */
const TRANSIENT = new Set([408, 425, 429, 502, 503, 504]);

/** Codes with which the server promises that nothing was written. */
const NOTHING_WRITTEN = new Set(["unavailable", "overloaded", "too_many_requests", "rate_limited", "draining"]);

export function problemOf(status: number, body: unknown): Problem {
  const given = typeof body === "object" && body !== null ? (body as Partial<Problem>) : {};
  return {
    ...given,
    status,
    code: typeof given.code === "string" ? given.code : `http_${status}`,
  };
}

/** Reads a command's HTTP answer. */
export function outcomeOf(status: number, body: unknown): Outcome {
  if (status >= 200 && status < 300) {
    return isAnswer(body)
      ? { kind: "answered", answer: body }
      : // A proxy or a captive portal spoke, not a site.
        { kind: "retry", problem: { status, code: "not_a_site" }, written: "unknown" };
  }
  const problem = problemOf(status, body);
  if (status === 401) {
    return { kind: "signed-out", problem };
  }
  // A stated 500 is a module's own word that it failed and changed nothing; a bare one is not.
  const isBareFailure = status >= 500 && problem.code.startsWith("http_");
  if (TRANSIENT.has(status) || isBareFailure) {
    const nothing = NOTHING_WRITTEN.has(problem.code) || status === 429;
    return { kind: "retry", problem, written: nothing ? "no" : "unknown" };
  }
  return { kind: "refused", problem };
}

/** The outcome when no answer came at all: it may have arrived. */
export function noAnswer(code: "unreachable" | "timed_out"): Outcome {
  return { kind: "retry", problem: { status: 0, code }, written: "unknown" };
}

function isAnswer(body: unknown): body is CommandAnswer {
  return typeof body === "object" && body !== null && typeof (body as CommandAnswer).command_id === "string";
}
