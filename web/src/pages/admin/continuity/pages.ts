/** The pages of the continuity console. A page joins with a line here and its word in `i18n/continuity`. */

import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import type { Key } from "../../../i18n";
import type { Visitor } from "./visitor";

export interface ContinuityPage {
  /** Its part of the address. */
  place: string;
  word: Key;
  may(visitor: Visitor): boolean;
  Page: LazyExoticComponent<ComponentType>;
}

const operators = ({ isOperator }: Visitor): boolean => isOperator;

export const PAGES: readonly ContinuityPage[] = [
  { place: "availability", word: "continuity.availability", may: operators, Page: lazy(() => import("./availability/availability-page")) },
];

/** Those that somebody may see, in their order. */
export function pagesFor(visitor: Visitor, pages = PAGES): readonly ContinuityPage[] {
  return pages.filter((page) => page.may(visitor));
}
