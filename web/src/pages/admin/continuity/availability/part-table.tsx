/** Each module, its steps and where they were tried: a table whose rows open. */

import { type ReactElement, useState } from "react";
import type { Figure, ModuleFigure } from "../../../../api/continuity";
import { type Key, durationText, useT } from "../../../../i18n";
import { Icon } from "../../../../ui/icon";
import { useNames } from "../../../now/names";
import { percentText } from "../figure-text";
import { verdictOf } from "./judge";
import { type Part, openable, partsOf } from "./parts";
import { VerdictWord } from "./verdict-word";

const STEPS: Record<string, Key> = {
  session: "availability.step.session",
  post: "availability.step.post",
  "read-back": "availability.step.readBack",
  "find-people": "availability.step.findPeople",
  "open-document": "availability.step.openDocument",
  "rename-document": "availability.step.renameDocument",
};

export function PartTable({ modules, targetPct }: { modules: readonly ModuleFigure[]; targetPct: number }): ReactElement {
  const t = useT();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const all = openable(modules);
  const isAllOpen = all.every((id) => open.has(id));
  const toggle = (id: string): void =>
    setOpen((before) => new Set(before.has(id) ? [...before].filter((other) => other !== id) : [...before, id]));
  return (
    <section className="card" aria-labelledby="parts-title">
      <header className="continuity-head">
        <h3 id="parts-title">{t("availability.parts")}</h3>
        <button type="button" className="button small" onClick={() => setOpen(new Set(isAllOpen ? [] : all))}>
          {t(isAllOpen ? "availability.closeAll" : "availability.openAll")}
        </button>
      </header>
      <p className="quiet small">{t("availability.partsText")}</p>
      <div className="wide-table" tabIndex={0} role="group" aria-labelledby="parts-title">
        <table>
          <thead>
            <tr>
              <th scope="col">{t("availability.part")}</th>
              <th scope="col">{t("availability.promise")}</th>
              <th scope="col" className="number">{t("availability.measured")}</th>
              <th scope="col" className="number">{t("availability.worst")}</th>
              <th scope="col" className="number">{t("availability.agreed")}</th>
              <th scope="col" className="number">{t("availability.down")}</th>
              <th scope="col" className="number">{t("availability.notMeasured")}</th>
            </tr>
          </thead>
          <tbody>
            {partsOf(modules, open).map((part) => (
              <PartRow key={part.id} part={part} isOpen={open.has(part.id)} targetPct={targetPct} onToggle={() => toggle(part.id)} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

interface PartRowProps {
  part: Part;
  isOpen: boolean;
  targetPct: number;
  onToggle(): void;
}

function PartRow({ part, isOpen, targetPct, onToggle }: PartRowProps): ReactElement {
  const t = useT();
  const { moduleName } = useNames();
  const step = STEPS[part.name];
  const name = {
    module: () => moduleName(part.name),
    step: () => (step === undefined ? part.name : t(step)),
    site: () => t("site.named", { site: part.name }),
  }[part.kind]();
  return (
    <tr className={`part part-${part.kind}`} data-part={part.id}>
      <th scope="row">
        {part.hasParts ? (
          <button type="button" className="part-toggle" aria-expanded={isOpen} onClick={onToggle}>
            <Icon name={isOpen ? "down" : "right"} size={16} /> {name}
          </button>
        ) : (
          name
        )}
      </th>
      {/* A lost site is down and the installation is not: only what people meet is held against the promise. */}
      <td>{part.kind === "site" ? null : <VerdictWord verdict={verdictOf(part.figure, targetPct)} />}</td>
      <Figures figure={part.figure} />
    </tr>
  );
}

function Figures({ figure }: { figure: Figure }): ReactElement {
  const t = useT();
  const percents = { measured: figure.available_pct, worst: figure.worst_case_pct, agreed: figure.agreed_pct };
  return (
    <>
      {Object.entries(percents).map(([way, percent]) => (
        <td key={way} className="number">
          {percent === null ? <span className="quiet">{t("availability.notMeasured")}</span> : percentText(percent)}
        </td>
      ))}
      <td className="number">{figure.down_ms === 0 ? t("availability.none") : durationText(figure.down_ms)}</td>
      <td className="number">
        {figure.unmeasured_ms === 0 ? (
          t("availability.none")
        ) : (
          <span className="tone-warn">
            <Icon name="question" size={15} /> {durationText(figure.unmeasured_ms)}
          </span>
        )}
      </td>
    </>
  );
}
