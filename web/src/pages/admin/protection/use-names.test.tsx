import { cleanup, screen } from "@testing-library/react";
import type { ReactElement } from "react";
import { afterEach, beforeAll, expect, it } from "vitest";
import { startLanguages } from "../../../i18n";
import { refusal, showPage } from "../../../test-page";
import { useNames } from "./use-names";

function Said(): ReactElement {
  const names = useNames();
  return <p>{[names.department("d1"), names.group("g1"), names.group("g201"), names.group("gone")].join(" / ")}</p>;
}

beforeAll(startLanguages);
afterEach(cleanup);

it("names departments, which come all at once, and groups of every page", async () => {
  showPage(<Said />, {
    query: (path, { cursor, limit }) => {
      if (path.endsWith("/department-list")) {
        if (limit !== undefined) {
          throw refusal("invalid_parameters", 400);
        }
        return { items: [{ id: "d1", name: "Harbour" }], next: null };
      }
      if (path.endsWith("/group-list")) {
        return cursor === undefined ? { items: [{ id: "g1", name: "Crew" }], next: "more" } : { items: [{ id: "g201", name: "Pilots" }], next: null };
      }
      return { items: [], next: null };
    },
  });
  expect(await screen.findByText("Harbour / Crew / Pilots / gone")).toBeTruthy();
});
