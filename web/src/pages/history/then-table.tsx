/** A list as it was, row by row beside what it is now. */

import { Button } from "antd";
import type { ReactElement, ReactNode } from "react";
import type { Millis } from "../../api/types";
import { useT } from "../../i18n";
import { Failure } from "../../ui/failure";
import { DataTable } from "../admin/data-table";
import { StatusWord } from "../admin/status-word";
import { type Compared, compare } from "./compare";
import { Waiting } from "./preparing";
import { type Rows, type Then, useRows } from "./use-then";

export interface ThenColumn<Row> {
  title: string;
  text(row: Row): string;
}

interface Look<Row> {
  label: string;
  rowKey(row: Row): string;
  /** The first one names the row. */
  columns: readonly ThenColumn<Row>[];
  /** Whether a row of then can be opened, and what opens it. */
  onOpen?: ((row: Row, name: string) => void) | undefined;
}

interface Props<Row> extends Look<Row> {
  path: string;
  parameters?: Record<string, string | number | boolean>;
  moment: Millis | null;
}

/** A list that is read page by page. */
export function ThenTable<Row extends object>({ path, parameters = {}, moment, ...look }: Props<Row>): ReactElement {
  const t = useT();
  const then = useRows<Row>(path, moment, parameters);
  const now = useRows<Row>(path, null, parameters);
  const note = then.data?.hasMore ? <p className="quiet small">{t("history.more", { count: then.data.items.length })}</p> : null;
  const isWhole = then.data?.hasMore !== true && now.data?.hasMore !== true;
  return <ThenRows<Row> {...look} then={then} now={now} note={note} isWhole={isWhole} />;
}

interface RowsProps<Row> extends Look<Row> {
  then: Then<Pick<Rows<Row>, "items">>;
  now: Then<Pick<Rows<Row>, "items">>;
  /** What is to be known before one reads the rows. */
  note: ReactNode;
  /** Whether each row of the one side must be in the other, if it is there at all. */
  isWhole: boolean;
}

/** What one may no longer see now is gone for whoever looks: that is an answer too. */
function isGone(failure: string): boolean {
  return failure === "not_permitted" || failure.endsWith("_not_found");
}

/** The rows of then with what became of each. */
export function ThenRows<Row extends object>({ label, then, now, note, isWhole, rowKey, columns, onOpen }: RowsProps<Row>): ReactElement {
  const t = useT();
  const texts = (row: Row): string[] => columns.map((column) => column.text(row));
  if (then.data === undefined) {
    return <Waiting then={then} />;
  }
  const present = now.data?.items ?? (now.failure !== null && isGone(now.failure) ? [] : null);
  const lines = compare(then.data.items, present, rowKey, texts, isWhole);
  const name = (row: Row): string => columns[0]?.text(row) ?? "";
  return (
    <>
      {note}
      {present === null && now.failure !== null ? <Failure code={now.failure} /> : null}
      <DataTable<Compared<Row>>
        label={label}
        rowKey="key"
        dataSource={lines}
        locale={{ emptyText: t("history.none") }}
        rowClassName={(line) => (line.difference === "unknown" ? "history-row" : `history-row is-${line.difference}`)}
        columns={[
          ...columns.map((column, index) => ({
            title: column.title,
            render: (_: unknown, line: Compared<Row>) => <Cell column={column} line={line} onOpen={index === 0 && onOpen ? () => onOpen(line.row, name(line.row)) : null} />,
          })),
          {
            title: t("history.compared"),
            render: (_: unknown, line: Compared<Row>) => <Mark line={line} columns={columns} />,
          },
        ]}
      />
    </>
  );
}

function Cell<Row>({ column, line, onOpen }: { column: ThenColumn<Row>; line: Compared<Row>; onOpen: (() => void) | null }): ReactElement {
  const t = useT();
  const text = column.text(line.row);
  if (onOpen === null || line.difference === "new") {
    return <span className="history-cell">{text}</span>;
  }
  return (
    <Button type="link" className="history-open" onClick={onOpen} aria-label={t("history.open", { name: text })}>
      {text}
    </Button>
  );
}

/** In words: colour alone says nothing to some. */
function Mark<Row>({ line, columns }: { line: Compared<Row>; columns: readonly ThenColumn<Row>[] }): ReactElement | null {
  const t = useT();
  switch (line.difference) {
    case "unknown":
      return null;
    case "same":
      return <span className="quiet">{t("history.same")}</span>;
    case "gone":
      return <StatusWord tone="bad" word={t("history.gone")} />;
    case "new":
      return <StatusWord tone="plain" word={t("history.new")} />;
    case "differs": {
      const differing = columns.filter((column) => line.now !== null && column.text(line.now) !== column.text(line.row));
      const now = differing.map((column) => `${column.title} ${line.now === null ? "" : column.text(line.now) || "–"}`);
      return <StatusWord tone="warn" word={t("history.differs", { now: now.join(", ") })} />;
    }
  }
}
