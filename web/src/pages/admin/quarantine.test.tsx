import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Person } from "../../api/types";
import { startLanguages } from "../../i18n";
import { PersonStanding } from "./quarantine";

const person = (change: Partial<Person>): Person => ({ id: "p", name: "Ana", handle: "ana", status: "active", ...change });
const quarantine = { since: 1_700_000_000_000, reason: "Encrypted 300 files", alarm_id: null, by: null, by_name: null };

beforeAll(startLanguages);
afterEach(cleanup);

describe("how a person stands", () => {
  it("says why, since when and by whom", () => {
    render(<PersonStanding person={person({ status: "quarantined", quarantine })} />);
    expect(screen.getByText(/In quarantine/)).toBeTruthy();
    expect(screen.getByText(/Encrypted 300 files/).textContent).toMatch(/By the site, .*2023/);
    expect(screen.queryByText(/^ Active/)).toBeNull();
  });

  it("shows both where somebody in quarantine was deactivated", () => {
    render(<PersonStanding person={person({ status: "deactivated", quarantine: { ...quarantine, by: "q", by_name: "Budi" } })} />);
    expect(screen.getByText(/Deactivated/)).toBeTruthy();
    expect(screen.getByText(/In quarantine/)).toBeTruthy();
    expect(screen.getByText(/By Budi/)).toBeTruthy();
  });

  it("tells those who do not decide over people that it is so, and no more", () => {
    render(<PersonStanding person={person({ status: "quarantined" })} />);
    expect(screen.getByText(/In quarantine/)).toBeTruthy();
    expect(screen.queryByText(/By/)).toBeNull();
  });
});
