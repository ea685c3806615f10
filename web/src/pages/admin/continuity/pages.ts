/** The pages of the continuity console. A page joins with a line here and its word in `i18n/continuity`. */

import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import { type Key, loadWords } from "../../../i18n";
import type { Visitor } from "./visitor";

export interface ContinuityPage {
  /** Its part of the address. */
  place: string;
  word: Key;
  may(visitor: Visitor): boolean;
  Page: LazyExoticComponent<ComponentType>;
}

const readers = ({ may }: Visitor): boolean => may("programme.read");
const operators = ({ isOperator }: Visitor): boolean => isOperator;

const commanders = ({ may, reach }: Visitor): boolean => may("response.read") || may("response.manage") || reach.command;

/** A page of the command team, with its words. */
function ofResponse(load: () => Promise<{ default: ComponentType }>): LazyExoticComponent<ComponentType> {
  return lazy(async () => {
    const [page] = await Promise.all([load(), loadWords("response"), loadWords("calling")]);
    return page;
  });
}

export const PAGES: readonly ContinuityPage[] = [
  { place: "readiness", word: "programme.readiness", may: readers, Page: lazy(() => import("./readiness/readiness-page")) },
  { place: "objectives", word: "programme.objectives", may: readers, Page: lazy(() => import("./objectives/objectives-page")) },
  { place: "availability", word: "continuity.availability", may: operators, Page: lazy(() => import("./availability/availability-page")) },
  { place: "drills", word: "continuity.drills", may: operators, Page: lazy(() => import("./drills/drills-page")) },
  { place: "incidents", word: "continuity.incidents", may: commanders, Page: ofResponse(() => import("../../response/incidents/incidents-page")) },
];

/** Those that somebody may see, in their order. */
export function pagesFor(visitor: Visitor, pages = PAGES): readonly ContinuityPage[] {
  return pages.filter((page) => page.may(visitor));
}
