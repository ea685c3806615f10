/** Two moments of a document side by side. */

import { type ReactElement, useState } from "react";
import type { Comparison } from "../../../api/documents";
import { useT } from "../../../i18n";
import { Dialog } from "../../../ui/dialog";
import { Failure } from "../../../ui/failure";
import { Loading } from "../../../ui/loading";
import { type Part, type Row, hasChanges, rowsOf } from "../compare";
import { useDocuments } from "../use-documents";
import type { Moment } from "./moments";

interface CompareProps {
  document: string;
  from: Moment;
  /** `null`: the present. */
  to: Moment | null;
  onClose(): void;
  onRestore?(): void;
}

export function CompareDialog({ document, from, to, onClose, onRestore }: CompareProps): ReactElement {
  const t = useT();
  const answer = useDocuments<Comparison>("document-compare", {
    document_id: document,
    from_seq: from.seq === 0 ? undefined : from.seq,
    to_seq: to?.seq,
  });
  return (
    <Dialog
      title={t("compare.title")}
      kind="full"
      onClose={onClose}
      actions={
        onRestore ? (
          <button type="button" className="button" onClick={onRestore}>
            {t("versions.restoreThis", { moment: from.label })}
          </button>
        ) : undefined
      }
    >
      {answer.failure === null ? null : <Failure code={answer.failure} onRetry={answer.reload} />}
      {answer.data === null ? (
        answer.failure === null ? <Loading /> : null
      ) : (
        <ComparisonTable comparison={answer.data} left={from.label} right={to?.label ?? t("versions.present")} />
      )}
    </Dialog>
  );
}

export function ComparisonTable({ comparison, left, right }: { comparison: Comparison; left: string; right: string }): ReactElement {
  const t = useT();
  return (
    <>
      {hasChanges(comparison.blocks) ? null : <p className="note">{t("compare.same")}</p>}
      <table className="compare">
        <thead>
          <tr>
            <th scope="col">{left}</th>
            <th scope="col">{right}</th>
          </tr>
        </thead>
        <tbody>
          {rowsOf(comparison.blocks).map((row, index) => (
            <RowView key={index} row={row} />
          ))}
        </tbody>
      </table>
    </>
  );
}

function RowView({ row }: { row: Row }): ReactElement {
  const t = useT();
  const [isUnfolded, setUnfolded] = useState(false);
  if (row.kind === "folded") {
    return isUnfolded ? (
      <>
        {row.rows.map((each, index) => (
          <RowView key={index} row={each} />
        ))}
      </>
    ) : (
      <tr className="compare-folded">
        <td colSpan={2}>
          <button type="button" className="text-button" onClick={() => setUnfolded(true)}>
            {t("compare.folded", { count: row.rows.length })}
          </button>
        </td>
      </tr>
    );
  }
  if (row.kind === "same") {
    return (
      <tr className="compare-same">
        <td>{row.left}</td>
        <td>{row.right}</td>
      </tr>
    );
  }
  return (
    <tr className="compare-changed">
      <td className={row.left === null ? "compare-none" : "compare-left"}>{row.left === null ? <Nothing /> : <Side parts={row.left} is="del" />}</td>
      <td className={row.right === null ? "compare-none" : "compare-right"}>{row.right === null ? <Nothing /> : <Side parts={row.right} is="ins" />}</td>
    </tr>
  );
}

function Nothing(): ReactElement {
  const t = useT();
  return <span className="only-heard">{t("compare.nothing")}</span>;
}

function Side({ parts, is: Tag }: { parts: readonly Part[]; is: "ins" | "del" }): ReactElement {
  return (
    <>
      {parts.map((part, index) => (part.isChanged ? <Tag key={index}>{part.text}</Tag> : <span key={index}>{part.text}</span>))}
    </>
  );
}
