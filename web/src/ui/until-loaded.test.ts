import { expect, it, vi } from "vitest";
import { untilLoaded } from "./until-loaded";

it("asks again after a failure until the part is there", async () => {
  vi.useFakeTimers();
  const load = vi.fn(() => Promise.resolve("part")).mockRejectedValueOnce(new Error("offline")).mockRejectedValueOnce(new Error("offline"));
  const loaded = untilLoaded(load);
  await vi.advanceTimersByTimeAsync(7_000);
  expect(await loaded).toBe("part");
  expect(load).toHaveBeenCalledTimes(3);
  vi.useRealTimers();
});
