/** HTTP to either site. */

import type { CommandAnswer, Problem } from "../api/types";
import { type Outcome, noAnswer, outcomeOf, problemOf } from "./outcome";
import type { Sites } from "./sites";

/** A request the sites refused or could not answer. */
export class RequestError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.code);
    this.name = "RequestError";
  }
}

export interface CommandRequest {
  id: string;
  module: string;
  verb: string;
  workspace_id?: string;
  command: Record<string, unknown>;
}

/** Longest wait for a command's answer before the other site is asked with the same id. */
export const COMMAND_TIMEOUT_MS = 8_000;
/** Longest wait for a query before the other site is asked. */
export const QUERY_TIMEOUT_MS = 4_000;

type Attempt =
  | { kind: "answer"; status: number; body: unknown }
  | { kind: "silent"; code: "unreachable" | "timed_out" };

export class Transport {
  constructor(
    readonly sites: Sites,
    private readonly token: () => string | null,
    private readonly onSignedOut: (problem: Problem) => void = () => undefined,
    private readonly send: typeof fetch = (...args) => fetch(...args),
  ) {}

  /** Sends a command once, to the site in use. The outbox repeats it as needed. */
  async attempt(request: CommandRequest, site = this.sites.get().active): Promise<Outcome> {
    const attempt = await this.reach(site, `/api/${request.module}/${request.verb}`, COMMAND_TIMEOUT_MS, {
      method: "POST",
      body: JSON.stringify({
        command_id: request.id,
        ...(request.workspace_id === undefined ? {} : { workspace_id: request.workspace_id }),
        command: request.command,
      }),
    });
    if (attempt.kind === "silent") {
      this.sites.failed(site);
      return noAnswer(attempt.code);
    }
    this.sites.answered(site);
    const outcome = outcomeOf(attempt.status, attempt.body);
    if (outcome.kind === "signed-out") {
      this.onSignedOut(outcome.problem);
    }
    return outcome;
  }

  /**
   * Sends a command that the person waits for, asking both sites with the same id until one gives
   * a final answer or the time is over.
   *
   * @param site asks this site only: some orders about a site are for the other one to carry out
   */
  async command(request: CommandRequest, patienceMs = 30_000, site?: string): Promise<CommandAnswer> {
    const until = Date.now() + patienceMs;
    for (let round = 1; ; round += 1) {
      const outcome = await this.attempt(request, site);
      if (outcome.kind === "answered") {
        return outcome.answer;
      }
      if (outcome.kind !== "retry" || Date.now() > until) {
        throw new RequestError(outcome.problem);
      }
      await pause(outcome.problem.retry_after_ms ?? Math.min(200 * round, 2_000));
    }
  }

  /** Asks the site in use, and the other one if that does not answer. */
  async query<T>(path: string, parameters: Record<string, string | number | boolean | undefined | null> = {}): Promise<T> {
    return this.anywhere<T>(path + queryString(parameters), { method: "GET" });
  }

  /** A request that is safe to repeat at the other site. */
  async anywhere<T>(path: string, init: RequestInit, timeoutMs = QUERY_TIMEOUT_MS): Promise<T> {
    const first = this.sites.get().active;
    let problem: Problem = { status: 0, code: "unreachable" };
    for (const site of [first, ...this.sites.others(first)]) {
      const attempt = await this.reach(site, path, timeoutMs, init);
      if (attempt.kind === "silent") {
        this.sites.failed(site);
        problem = { status: 0, code: attempt.code };
        continue;
      }
      this.sites.answered(site);
      if (attempt.status >= 200 && attempt.status < 300) {
        return attempt.body as T;
      }
      problem = problemOf(attempt.status, attempt.body);
      if (attempt.status === 401 && this.token() !== null) {
        this.onSignedOut(problem);
      }
      // Being prepared there, it would only be prepared twice.
      if (attempt.status < 500 || problem.code === "moment_in_preparation") {
        break;
      }
    }
    throw new RequestError(problem);
  }

  /** Asks one site and no other: what it knows only of itself. Its silence changes nothing. */
  async at<T>(site: string, path: string): Promise<T> {
    const attempt = await this.reach(site, path, QUERY_TIMEOUT_MS, { method: "GET" });
    if (attempt.kind === "silent" || attempt.status >= 300) {
      throw new RequestError(attempt.kind === "silent" ? { status: 0, code: attempt.code } : problemOf(attempt.status, attempt.body));
    }
    return attempt.body as T;
  }

  /** A raw answer from the site in use or the other (downloads). */
  async raw(path: string, signal?: AbortSignal): Promise<Response> {
    const first = this.sites.get().active;
    for (const site of [first, ...this.sites.others(first)]) {
      try {
        const response = await this.send(site + path, { headers: this.headers(), ...(signal ? { signal } : {}) });
        if (response.status < 500) {
          return response;
        }
      } catch (error) {
        if (signal?.aborted) {
          throw error;
        }
        this.sites.failed(site);
      }
    }
    throw new RequestError({ status: 0, code: "unreachable" });
  }

  private headers(): Record<string, string> {
    const token = this.token();
    return token === null ? {} : { Authorization: `Bearer ${token}` };
  }

  private async reach(site: string, path: string, timeoutMs: number, init: RequestInit): Promise<Attempt> {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), timeoutMs);
    const outer = init.signal;
    const giveUp = (): void => controller.abort();
    outer?.addEventListener("abort", giveUp);
    try {
      const response = await this.send(site + path, {
        ...init,
        headers: {
          ...(typeof init.body === "string" ? { "Content-Type": "application/json" } : {}),
          ...this.headers(),
          ...(init.headers as Record<string, string> | undefined),
        },
        signal: controller.signal,
      });
      const text = await response.text();
      return { kind: "answer", status: response.status, body: parsed(text) };
    } catch (error) {
      if (outer?.aborted) {
        throw error;
      }
      return { kind: "silent", code: controller.signal.aborted ? "timed_out" : "unreachable" };
    } finally {
      clearTimeout(timer);
      outer?.removeEventListener("abort", giveUp);
    }
  }
}

function parsed(text: string): unknown {
  if (text === "") {
    return null;
  }
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function queryString(parameters: Record<string, string | number | boolean | undefined | null>): string {
  const pairs = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString()}`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
