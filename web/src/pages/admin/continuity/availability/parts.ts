/** Modules, their steps and the sites as the rows of one table that opens. */

import type { Figure, ModuleFigure } from "../../../../api/continuity";

export interface Part {
  id: string;
  kind: "module" | "step" | "site";
  name: string;
  figure: Figure;
  /** Whether there is something to open. */
  hasParts: boolean;
}

/** The rows that are in sight, each after what it is a part of. */
export function partsOf(modules: readonly ModuleFigure[], open: ReadonlySet<string>): Part[] {
  return modules.flatMap((module) => [
    { id: module.module, kind: "module" as const, name: module.module, figure: module, hasParts: module.steps.length > 0 },
    ...(open.has(module.module) ? module.steps.flatMap((step) => stepParts(module.module, step, open)) : []),
  ]);
}

function stepParts(module: string, step: ModuleFigure["steps"][number], open: ReadonlySet<string>): Part[] {
  const id = `${module}/${step.step}`;
  const sites = open.has(id)
    ? step.sites.map((site) => ({ id: `${id}/${site.site}`, kind: "site" as const, name: site.site, figure: site, hasParts: false }))
    : [];
  return [{ id, kind: "step", name: step.step, figure: step, hasParts: step.sites.length > 0 }, ...sites];
}

/** Everything that can be opened. */
export function openable(modules: readonly ModuleFigure[]): string[] {
  return modules.flatMap((module) => [module.module, ...module.steps.map((step) => `${module.module}/${step.step}`)]);
}
