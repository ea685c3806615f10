import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startLanguages } from "../../i18n";
import { TimeSlider, localText, stepOf } from "./time-slider";

const DAY = 86_400_000;
const from = new Date(2026, 10, 1, 9, 0, 0).getTime();
const to = from + 10 * DAY + 123;

describe("moving through time", () => {
  beforeEach(async () => {
    await startLanguages();
    vi.useFakeTimers();
  });
  afterEach(() => {
    cleanup();
    vi.useRealTimers();
  });

  function shown(): { moments: number[]; slider: HTMLElement; field: HTMLElement } {
    const moments: number[] = [];
    render(<TimeSlider from={from} to={to} moment={to} isStepping={false} onStep={() => undefined} onMoment={(moment) => moments.push(moment)} />);
    const field = document.querySelector("input[type='datetime-local']") as HTMLElement;
    return { moments, slider: screen.getByRole("slider"), field };
  }

  it("counts a moment only when the slider rests", () => {
    const { moments, slider } = shown();
    fireEvent.change(slider, { target: { value: String(to - 5 * stepOf(to - from)) } });
    fireEvent.change(slider, { target: { value: String(to - 6 * stepOf(to - from)) } });
    expect(moments).toEqual([]);
    vi.advanceTimersByTime(400);
    expect(moments).toEqual([to - 6 * stepOf(to - from)]);
  });

  it("goes no further back than there is something to see", () => {
    const { moments, slider, field } = shown();
    fireEvent.change(slider, { target: { value: slider.getAttribute("min") } });
    vi.advanceTimersByTime(400);
    fireEvent.change(field, { target: { value: "2020-01-01T00:00:00" } });
    vi.advanceTimersByTime(400);
    expect(moments).toEqual([from]);
  });

  it("takes a date and a time to the second", () => {
    const { moments, field } = shown();
    fireEvent.change(field, { target: { value: "2026-11-03T10:20:30" } });
    vi.advanceTimersByTime(400);
    expect(moments).toEqual([new Date(2026, 10, 3, 10, 20, 30).getTime()]);
    expect(localText(moments[0] ?? 0)).toBe("2026-11-03T10:20:30");
  });

  it("steps by a thousandth of what there is, in whole seconds", () => {
    expect([0, 60_000, 1_000_000, 10 * DAY].map(stepOf)).toEqual([1_000, 1_000, 1_000, 864_000]);
  });
});
