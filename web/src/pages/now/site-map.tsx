/** Two sites and a witness: who is reachable, who leads what, and who serves this window. */

import type { ReactElement } from "react";
import { useSites } from "../../app-context";
import type { Opinion, SiteStatus, Status, Verdict } from "../../api/types";
import { agoText, numberText, useT } from "../../i18n";
import { Icon, type IconName } from "../../ui/icon";
import { siteTone } from "../../ui/site-chip";
import type { ActionKind } from "./site-action";

interface MapProps {
  status: Status;
  isStale: boolean;
  reached: ReadonlyMap<string, boolean>;
  now: number;
  mayAct: boolean;
  onAction(kind: ActionKind, site: string): void;
}

type Health = "good" | "bad" | "unknown";

export function SiteMap({ status, isStale, reached, now, mayAct, onAction }: MapProps): ReactElement {
  const { sites: known } = useSites();
  const named = known.filter((site) => site.name !== "");
  const sites = status.sites.filter((site) => site.role !== "witness");
  const witness = status.sites.find((site) => site.role === "witness");
  const health = (site: SiteStatus): Health => (isStale ? "unknown" : site.reachable ? "good" : "bad");
  const [first, second] = sites;
  const isLinked = !isStale && first?.reachable === true && second?.reachable === true;

  return (
    <div className="map">
      {sites.map((site, index) => {
        const url = named.find((other) => other.name === site.name)?.url ?? site.url ?? "";
        return (
          <div key={site.name} className="map-slot">
            {index === 1 ? <Wire isUp={isLinked} isUnknown={isStale} /> : null}
            <SiteCard
              site={site}
              health={health(site)}
              tone={siteTone(named, site.name)}
              leads={status.partitions.filter((partition) => partition.lead === site.name).length}
              total={status.partitions.length}
              verdict={status.verdicts?.find((verdict) => verdict.site === site.name)}
              isReached={reached.get(url)}
              now={now}
              mayAct={mayAct}
              onAction={onAction}
            />
          </div>
        );
      })}
      {witness === undefined ? null : <WitnessCard witness={witness} health={health(witness)} now={now} />}
    </div>
  );
}

function Wire({ isUp, isUnknown }: { isUp: boolean; isUnknown: boolean }): ReactElement {
  const t = useT();
  const word = isUnknown ? "map.linkUnknown" : isUp ? "map.linkUp" : "map.linkDown";
  return (
    <div className={`wire ${isUnknown ? "is-unknown" : isUp ? "is-up" : "is-down"}`}>
      <svg viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden>
        <line x1="0" y1="6" x2="100" y2="6" />
      </svg>
      <span>
        <Icon name={isUp ? "check" : "warning"} size={14} /> {t(word)}
      </span>
    </div>
  );
}

interface CardProps {
  site: SiteStatus;
  health: Health;
  tone: string;
  leads: number;
  total: number;
  verdict: Verdict | undefined;
  isReached: boolean | undefined;
  now: number;
  mayAct: boolean;
  onAction(kind: ActionKind, site: string): void;
}

const VOTE_ICON: Record<Opinion, IconName> = { up: "check", down: "stop", unknown: "question" };
const HEALTH_ICON: Record<Health, IconName> = { good: "check", bad: "stop", unknown: "question" };

function SiteCard({ site, health, tone, leads, total, verdict, isReached, now, mayAct, onAction }: CardProps): ReactElement {
  const t = useT();
  return (
    <article className={`site-card ${tone} health-${health}`} aria-label={t("site.named", { site: site.name })} data-site={site.name} data-health={health}>
      <h3>
        <Icon name="site" /> {t("site.named", { site: site.name })}
      </h3>
      <p className="health">
        <Icon name={HEALTH_ICON[health]} size={16} /> {t(`map.${health}`)}
        {site.serving && health !== "unknown" ? <span className="badge">{t("map.servingYou")}</span> : null}
      </p>
      <dl>
        <dt>{t("map.lead")}</dt>
        <dd>{t("map.leads", { count: leads, total })}</dd>
        <dt>{t("map.contact")}</dt>
        <dd>
          {site.serving
            ? t("map.answersItself")
            : site.last_contact === null
              ? t("map.never")
              : agoText(site.last_contact, now)}
        </dd>
        {verdict === undefined ? null : (
          <>
            <dt>{t("map.vantages")}</dt>
            <dd className="votes">
              {Object.entries(verdict.votes).map(([vantage, opinion]) => (
                <span key={vantage} className={opinion === "up" ? "tone-good" : "tone-bad"}>
                  <Icon name={VOTE_ICON[opinion]} size={14} /> {vantage}: {t(`vote.${opinion}`)}
                </span>
              ))}
            </dd>
          </>
        )}
        <dt>{t("map.fromHere")}</dt>
        <dd className={isReached === false ? "is-bad" : ""}>
          {isReached === undefined ? t("map.trying") : isReached ? t("map.reached") : t("map.notReached")}
        </dd>
        {site.clock_difference_ms !== null && site.clock_difference_ms !== undefined && Math.abs(site.clock_difference_ms) > 1_000 ? (
          <>
            <dt>{t("map.clock")}</dt>
            <dd className="is-bad">{t("map.clockOff", { ms: numberText(site.clock_difference_ms) })}</dd>
          </>
        ) : null}
      </dl>
      {mayAct ? (
        <p className="site-actions">
          {health === "bad" ? (
            <button type="button" className="button small" onClick={() => onAction("restore", site.name)}>
              {t("action.restore")}
            </button>
          ) : (
            <>
              <button type="button" className="button small" onClick={() => onAction("switch", site.name)}>
                {t("action.switch")}
              </button>
              <button type="button" className="button small danger-quiet" onClick={() => onAction("break", site.name)}>
                {t("action.break")}
              </button>
            </>
          )}
        </p>
      ) : null}
    </article>
  );
}

function WitnessCard({ witness, health, now }: { witness: SiteStatus; health: Health; now: number }): ReactElement {
  const t = useT();
  return (
    <article className={`witness-card health-${health}`} aria-label={t("map.witness")}>
      <h3>
        <Icon name="witness" /> {t("map.witness")}
      </h3>
      <p className="health">
        <Icon name={HEALTH_ICON[health]} size={16} /> {t(`map.${health}`)}
        <span className="quiet">{witness.last_contact === null ? t("map.never") : agoText(witness.last_contact, now)}</span>
      </p>
    </article>
  );
}
