/** A list as it was, row by row beside what it is now. */

import { Button } from "antd";
import type { ReactElement } from "react";
import type { Millis } from "../../api/types";
import { useT } from "../../i18n";
import { DataTable } from "../admin/data-table";
import { StatusWord } from "../admin/status-word";
import { type Compared, compare } from "./compare";
import { Waiting } from "./preparing";
import { useRows } from "./use-then";

export interface ThenColumn<Row> {
  title: string;
  text(row: Row): string;
}

interface Props<Row> {
  label: string;
  path: string;
  parameters?: Record<string, string | number | boolean>;
  moment: Millis;
  rowKey(row: Row): string;
  /** The first one names the row. */
  columns: readonly ThenColumn<Row>[];
  /** Whether a row of then can be opened, and what opens it. */
  onOpen?: ((row: Row, name: string) => void) | undefined;
}

export function ThenTable<Row extends object>({ label, path, parameters = {}, moment, rowKey, columns, onOpen }: Props<Row>): ReactElement {
  const t = useT();
  const then = useRows<Row>(path, moment, parameters);
  const now = useRows<Row>(path, null, parameters);
  const texts = (row: Row): string[] => columns.map((column) => column.text(row));
  const waiting = <Waiting then={then} />;
  if (then.data === undefined) {
    return waiting;
  }
  // What one may no longer see now is gone for whoever looks: that is an answer too.
  const isCompared = now.data !== undefined || now.failure !== null;
  const lines = compare(then.data.items, now.data?.items ?? [], rowKey, texts);
  const name = (row: Row): string => columns[0]?.text(row) ?? "";
  return (
    <>
      {then.data.hasMore ? <p className="quiet small">{t("history.more", { count: then.data.items.length })}</p> : null}
      <DataTable<Compared<Row>>
        label={label}
        rowKey="key"
        dataSource={isCompared ? lines : lines.map((line) => ({ ...line, difference: "same" as const }))}
        locale={{ emptyText: t("history.none") }}
        rowClassName={(line) => (isCompared ? `history-row is-${line.difference}` : "history-row")}
        columns={[
          ...columns.map((column, index) => ({
            title: column.title,
            render: (_: unknown, line: Compared<Row>) => <Cell column={column} line={line} onOpen={index === 0 && onOpen ? () => onOpen(line.row, name(line.row)) : null} />,
          })),
          {
            title: t("history.compared"),
            render: (_: unknown, line: Compared<Row>) => (isCompared ? <Mark line={line} columns={columns} /> : null),
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
function Mark<Row>({ line, columns }: { line: Compared<Row>; columns: readonly ThenColumn<Row>[] }): ReactElement {
  const t = useT();
  switch (line.difference) {
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
