/** The vault: whether what the sites have is also where no loss of both sites can reach it. */

import type { ReactElement } from "react";
import type { Status, TimelineNote, Vault } from "../../api/types";
import { durationText, numberText, useT } from "../../i18n";
import { Icon } from "../../ui/icon";
import { AlarmLine } from "./alarm-line";
import { Note } from "./failover-panel";
import { PROOF_LOOKS, proof, worseTone } from "./rehearsal";
import { RehearsalPart } from "./rehearsal-part";
import { VAULT_LOOKS, liveAgeMs, raisedAlarm, vaultNotes, vaultState } from "./vault";
import { Moment } from "./moment";
import { VaultTable } from "./vault-table";

interface VaultProps {
  status: Status;
  /** When the status was given, by this device's clock. */
  saidAt: number;
  isStale: boolean;
  notes: readonly TimelineNote[];
  now: number;
}

/** Where the vault is described, beside the program. */
const GUIDE = "docs/OPERATING.md";

export function VaultPanel({ status, saidAt, isStale, notes, now }: VaultProps): ReactElement {
  const t = useT();
  const vault = status.vault ?? null;
  const state = vaultState(vault, isStale);
  const look = VAULT_LOOKS[state];
  const noted = vaultNotes(notes);
  const tone = vault === null ? look.tone : worseTone(look.tone, PROOF_LOOKS[proof(status.rehearsal, isStale)].tone);
  return (
    <section className={`card wide vault tone-${tone}`} aria-labelledby="vault-title" data-vault={state}>
      <h2 id="vault-title" tabIndex={-1}>{t("vault.title")}</h2>
      <p className="vault-word">
        <Icon name={look.icon} size={22} /> <strong>{t(look.word)}</strong>
      </p>
      <p>{t(look.text)}</p>
      {vault === null ? (
        <p className="quiet small">
          {t("vault.guide")} <code>{GUIDE}</code>
        </p>
      ) : (
        <>
          <Figures vault={vault} saidAt={saidAt} isStale={isStale} now={now} />
          {vault.failure === null ? null : (
            <p className="vault-failure">
              <span className="quiet">{t("vault.failure")}</span> <code lang="en">{vault.failure}</code>
            </p>
          )}
          <RehearsalPart rehearsal={status.rehearsal} isStale={isStale} now={now} />
          <Custodians custodians={vault.custodians} departed={vault.custodians_departed} />
          <VaultTable vault={vault} status={status} saidAt={saidAt} now={now} />
        </>
      )}
      {noted.length === 0 ? null : (
        <details>
          <summary>{t("vault.noted")}</summary>
          <ol className="timeline" role="list">
            {noted.map((note) => (
              <Note key={note.number} note={note} begin={null} />
            ))}
          </ol>
        </details>
      )}
    </section>
  );
}

/** An alarm at the top of the page. */
export function VaultAlert({ vault, isStale }: { vault: Vault | null | undefined; isStale: boolean }): ReactElement {
  const alarm = raisedAlarm(vaultState(vault, isStale));
  // The place is always there: only what changes in it is read out.
  return <div role="alert">{alarm === null ? null : <AlarmLine look={VAULT_LOOKS[alarm]} title="vault-title" />}</div>;
}

function Figures({ vault, saidAt, isStale, now }: { vault: Vault; saidAt: number; isStale: boolean; now: number }): ReactElement {
  const t = useT();
  const ageMs = isStale ? null : liveAgeMs(vault, saidAt, now);
  return (
    <dl className="figures">
      <div className={ageMs === null ? "is-bad" : ""} data-vault-rpo={ageMs ?? "unknown"}>
        <dt>{t("vault.rpo")}</dt>
        <dd>{ageMs === null ? t("unknown") : ageMs === 0 ? t("vault.nothing") : durationText(ageMs)}</dd>
      </div>
      <div>
        <dt>{t("vault.backlog")}</dt>
        <dd>{numberText(vault.backlog)}</dd>
      </div>
      <Moment word={t("vault.lastSuccess")} at={vault.last_success} now={now} />
      <Moment word={t("vault.lastContact")} at={vault.last_contact} now={now} />
    </dl>
  );
}

/** Who can open the vault: people, and never a site. */
function Custodians({ custodians, departed }: { custodians: Vault["custodians"]; departed: string[] }): ReactElement {
  const t = useT();
  const names = custodians?.names ?? [];
  return (
    <>
      <p className="vault-custodians">
        <Icon name="key" size={16} />{" "}
        {custodians === null
          ? t("vault.custodiansUnknown")
          : t("vault.custodians", { threshold: custodians.threshold, count: custodians.count })}
        {names.length === 0 ? null : <span className="quiet"> ({names.join(", ")})</span>}
      </p>
      {departed.length === 0 ? null : (
        <p className="vault-custodians is-bad" role="status">
          <Icon name="warning" size={16} /> {t("vault.departed", { names: departed.join(", ") })}
        </p>
      )}
    </>
  );
}
