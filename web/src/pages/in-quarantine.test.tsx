import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { OwnQuarantine } from "../api/types";
import { ClientContext } from "../app-context";
import type { Client } from "../client";
import { startLanguages } from "../i18n";
import InQuarantine from "./in-quarantine";

const quarantine = (ask: string[]): OwnQuarantine => ({
  workspace_id: "w", name: "Harbour", person_id: "p", since: 1_700_000_000_000, reason: "Encrypted 300 files", ask,
});

function show(ask: string[]): ReturnType<typeof vi.fn> {
  const refreshSession = vi.fn(() => Promise.resolve());
  render(
    <ClientContext value={{ refreshSession } as unknown as Client}>
      <InQuarantine quarantine={quarantine(ask)} />
    </ClientContext>,
  );
  return refreshSession;
}

beforeAll(startLanguages);
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

describe("the page of a person in quarantine", () => {
  it("says where, why, since when and whom to ask", () => {
    show(["Ana", "Budi"]);
    expect(screen.getByRole("heading").textContent).toContain("Harbour");
    expect(screen.getByText("Encrypted 300 files")).toBeTruthy();
    expect(screen.getByText("Ana, Budi")).toBeTruthy();
    expect(document.querySelector("time")?.dateTime).toBe("2023-11-14T22:13:20.000Z");
  });

  it("names the operators where nobody of the workspace can release", () => {
    show([]);
    expect(screen.getByText("An operator of the installation")).toBeTruthy();
  });

  it("looks by itself and when asked whether it is over", () => {
    vi.useFakeTimers();
    const refreshSession = show([]);
    fireEvent.click(screen.getByRole("button"));
    expect(refreshSession).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(15_000);
    expect(refreshSession).toHaveBeenCalledTimes(2);
  });
});
