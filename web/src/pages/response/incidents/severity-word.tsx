/** How bad it is and where it stands, with an icon and in words. */

import type { ReactElement } from "react";
import type { Incident, IncidentState, Severity } from "../../../api/response";
import { useT } from "../../../i18n";
import { StatusWord, type StatusTone } from "../../admin/status-word";

const TONES: Record<Severity, StatusTone> = { critical: "bad", major: "warn", minor: "plain" };
const STATES: Record<IncidentState, StatusTone> = { open: "bad", mitigated: "warn", closed: "good" };

export function SeverityWord({ severity }: { severity: Severity }): ReactElement {
  return <StatusWord tone={TONES[severity]} word={useT()(`incident.severity.${severity}`)} />;
}

export function StateWord({ state }: { state: IncidentState }): ReactElement {
  return <StatusWord tone={STATES[state]} word={useT()(`incident.state.${state}`)} />;
}

export function isDrill({ cause }: Pick<Incident, "cause">): boolean {
  return "drill" in cause;
}
