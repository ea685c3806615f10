/** A table whose sideways scrolling works without a mouse. */

import { Table, type TableProps } from "antd";
import type { ReactElement } from "react";

export function DataTable<Row extends object>({ label, ...rest }: TableProps<Row> & { label: string }): ReactElement {
  return (
    <div className="data-table" role="group" aria-label={label} tabIndex={0}>
      <Table<Row> size="middle" pagination={false} {...rest} />
    </div>
  );
}
