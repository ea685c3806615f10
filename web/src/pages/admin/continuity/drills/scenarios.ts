/** What people call scenarios; one that has no name here is shown as it is. */

import { type Key, useT } from "../../../../i18n";

export const SCENARIOS = [
  "site-loss",
  "both-sites-lost",
  "ransomware",
  "application-lost",
  "bad-configuration",
  "database-manager-frozen",
  "database-manager-lost",
  "database-primary-lost",
  "grey-link",
  "module-flood",
  "module-hang",
  "module-leak",
  "module-panic",
  "planned-switchover",
  "site-cut-off",
  "site-frozen",
  "witness-lost",
] as const;

export function useScenarioName(): (scenario: string) => string {
  const t = useT();
  return (scenario) => {
    const known = SCENARIOS.find((each) => each === scenario);
    return known === undefined ? scenario : t(`drills.scenario.${known}` satisfies Key);
  };
}

/** Those to choose from: the known ones, and whatever else was drilled. */
export function scenariosWith(seen: readonly string[]): string[] {
  return [...new Set<string>([...SCENARIOS, ...seen])];
}
