/** Rows of then beside rows of now. */

/** `unknown`: the lists are not whole, so nothing can be said of a row that only one of them shows. */
export type Difference = "same" | "differs" | "gone" | "new" | "unknown";

export interface Compared<Row> {
  key: string;
  /** The row as it was; of what was not there yet, as it is now. */
  row: Row;
  now: Row | null;
  difference: Difference;
}

/**
 * One line for each row of then, in its order, and after them what is there only now.
 *
 * `now` is `null` while it is not known. Where one of the lists has more rows than are here (`isWhole` is
 * false), a row that the other lacks is neither gone nor new.
 */
export function compare<Row>(
  then: readonly Row[],
  now: readonly Row[] | null,
  key: (row: Row) => string,
  texts: (row: Row) => readonly string[],
  isWhole = true,
): Compared<Row>[] {
  const present = new Map((now ?? []).map((row) => [key(row), row]));
  const compared = then.map((row): Compared<Row> => {
    const other = present.get(key(row)) ?? null;
    present.delete(key(row));
    if (other === null) {
      return { key: key(row), row, now: null, difference: isWhole && now !== null ? "gone" : "unknown" };
    }
    const others = texts(other);
    const isSame = texts(row).every((text, index) => text === others[index]);
    return { key: key(row), row, now: other, difference: isSame ? "same" : "differs" };
  });
  if (isWhole) {
    for (const [id, row] of present) {
      compared.push({ key: id, row, now: row, difference: "new" });
    }
  }
  return compared;
}
