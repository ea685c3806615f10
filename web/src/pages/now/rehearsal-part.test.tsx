import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import type { ReactElement } from "react";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Rehearsal } from "../../api/types";
import { startLanguages } from "../../i18n";
import { proof, raisedProof, worseTone } from "./rehearsal";
import { RehearsalAlert, RehearsalPart } from "./rehearsal-part";

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;

const rehearsal = (change: Partial<Rehearsal> = {}): Rehearsal => ({
  state: "fresh", last_at: NOW - 5 * HOUR, passed: true, age_s: 5 * 3_600, proven_at: NOW - 5 * HOUR,
  heads_equal: true, messages: 12_345, documents: 67, complete_ms: 95_000, ...change,
});
const NEVER = rehearsal({
  state: "never", last_at: null, passed: null, age_s: null, proven_at: null,
  heads_equal: null, messages: null, documents: null, complete_ms: null,
});

function part(of: Rehearsal | null | undefined, isStale = false): ReactElement {
  return (
    <>
      <RehearsalAlert rehearsal={of} isStale={isStale} />
      <RehearsalPart rehearsal={of} isStale={isStale} now={NOW} />
    </>
  );
}

const region = (): HTMLElement => screen.getByRole("region", { name: "The way back" });
const alarm = (): string => screen.getByRole("alert").textContent ?? "";

beforeAll(startLanguages);
afterEach(cleanup);

describe("the last rehearsal", () => {
  it("tells how long ago it was and what it showed", () => {
    render(part(rehearsal()));
    expect(region().dataset["rehearsal"]).toBe("fresh");
    expect(region().textContent).toContain("Proven");
    expect(region().textContent).toContain("5 hours ago");
    expect(region().textContent).toContain("12,345");
    expect(region().textContent).toContain("67");
    expect(region().textContent).toContain("1 min");
    expect(region().textContent).toMatch(/Equal to the live journal\s*yes/);
    expect(region().textContent).not.toContain("Last one that passed");
    expect(alarm()).toBe("");
  });

  it("says of a vault that was never rehearsed that it is not proven, without an alarm", () => {
    render(part(NEVER));
    expect(region().dataset["rehearsal"]).toBe("never");
    expect(region().className).toContain("tone-warn");
    expect(region().textContent).toContain("Never proven");
    expect(region().querySelector("dl")).toBeNull();
    expect(alarm()).toBe("");
  });

  it.each([
    ["stale", "Not proven any more", true],
    ["failed", "The last rehearsal failed", false],
  ] as const)("raises %s at the top of the page too, with the way there", (state, words, passed) => {
    render(part(rehearsal({ state, passed })));
    expect(region().className).toContain("tone-bad");
    expect(region().textContent).toContain(words);
    expect(alarm()).toContain(words);
    const title = screen.getByRole("heading", { name: "The way back" });
    title.scrollIntoView = () => undefined;
    fireEvent.click(screen.getByRole("button", { name: "Show" }));
    expect(document.activeElement).toBe(title);
  });

  it("tells of a failure when one last passed, and no figures that there are not", () => {
    const failed = rehearsal({
      state: "failed", passed: false, proven_at: NOW - 29 * HOUR,
      heads_equal: false, messages: null, documents: null, complete_ms: null,
    });
    render(part(failed));
    expect(region().textContent).toMatch(/Last one that passed\s*yesterday|Last one that passed\s*1 day ago/);
    expect(region().textContent).toMatch(/Equal to the live journal\s*no/);
    expect(region().textContent).not.toContain("Messages that came back");
  });

  it("takes nothing for known while no site answers, or a site cannot tell", () => {
    const { rerender } = render(part(rehearsal({ state: "failed" }), true));
    expect(region().dataset["rehearsal"]).toBe("unknown");
    expect(alarm()).toBe("");
    for (const of of [null, undefined, rehearsal({ state: "toString" as "fresh" })]) {
      rerender(part(of));
      expect(region().dataset["rehearsal"]).toBe("unknown");
      expect(region().className).not.toContain("tone-good");
    }
  });
});

describe("what a rehearsal means for the vault", () => {
  it("is that what works is good only where it is proven", () => {
    expect(worseTone("good", "good")).toBe("good");
    expect(worseTone("good", "warn")).toBe("warn");
    expect(worseTone("warn", "bad")).toBe("bad");
    expect(raisedProof(proof(NEVER, false))).toBeNull();
  });
});
