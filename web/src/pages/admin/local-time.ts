/** Times as a person types them, to the second, in the browser's own time zone. */

export function toLocalInput(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** The beginning of the second; `null` where it is no time. */
export function fromLocalInput(text: string): number | null {
  const at = text === "" ? Number.NaN : new Date(text).getTime();
  return Number.isNaN(at) ? null : at;
}

/** The whole second is meant when it is an end. */
export function endOfSecond(at: number): number {
  return at + 999;
}
