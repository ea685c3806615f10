/** Where in time one is: a slider, a date and time, and the changes before and after. */

import { Button, Space } from "antd";
import { type ReactElement, useEffect, useId, useState } from "react";
import type { Millis } from "../../api/types";
import { dateTimeText, timeSecondsText, useT } from "../../i18n";

/** How long the slider rests before the moment counts: each one may cost a site a replay. */
const RESTS_MS = 350;

interface Props {
  from: Millis;
  to: Millis;
  moment: Millis;
  onMoment(moment: Millis): void;
  onStep(direction: "previous" | "next"): void;
  isStepping: boolean;
}

export function TimeSlider({ from, to, moment, onMoment, onStep, isStepping }: Props): ReactElement {
  const t = useT();
  const id = useId();
  const [shown, setShown] = useState(moment);
  useEffect(() => setShown(moment), [moment]);
  useEffect(() => {
    if (shown === moment) {
      return undefined;
    }
    const timer = setTimeout(() => onMoment(shown), RESTS_MS);
    return () => clearTimeout(timer);
  }, [shown, moment, onMoment]);
  const text = momentText(shown);
  const step = stepOf(to - from);
  // Steps count from the end, so that the end can be reached.
  const start = to - Math.max(1, Math.ceil((to - from) / step)) * step;
  return (
    <div className="history-time">
      <label htmlFor={`${id}-slider`}>{t("history.slider")}</label>
      <input
        id={`${id}-slider`}
        type="range"
        min={start}
        max={to}
        step={step}
        value={shown}
        aria-valuetext={text}
        onChange={(event) => setShown(Math.max(Number(event.target.value), from))}
      />
      <Space wrap>
        <label htmlFor={`${id}-time`}>{t("history.dateTime")}</label>
        <input
          id={`${id}-time`}
          type="datetime-local"
          step={1}
          value={localText(shown)}
          max={localText(to)}
          onChange={(event) => {
            const at = new Date(event.target.value).getTime();
            if (Number.isFinite(at)) {
              setShown(Math.min(Math.max(at, from), to));
            }
          }}
        />
        <Button loading={isStepping} onClick={() => onStep("previous")}>
          {t("history.previous")}
        </Button>
        <Button loading={isStepping} onClick={() => onStep("next")}>
          {t("history.next")}
        </Button>
      </Space>
      <p className="history-as-of" aria-live="polite" data-moment={shown}>
        {t("history.asOf", { time: text })}
      </p>
    </div>
  );
}

/** A moment to the second. */
export function momentText(moment: Millis): string {
  return `${dateTimeText(moment).replace(/,?\s*\d{1,2}[:.]\d{2}$/, "")} ${timeSecondsText(moment)}`;
}

/** A thousandth of what there is, in whole seconds: an arrow key is to move by something one sees. */
export function stepOf(span: Millis): Millis {
  return Math.max(1_000, Math.round(span / 1_000 / 1_000) * 1_000);
}

/** As `datetime-local` fields write it: the browser's own time, to the second. */
export function localText(moment: Millis): string {
  const date = new Date(moment);
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = [String(date.getFullYear()).padStart(4, "0"), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day}T${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":")}`;
}
