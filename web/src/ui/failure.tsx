/** Something went wrong, in the person's words, with a way on. */

import type { ReactElement } from "react";
import { errorText, useT } from "../i18n";
import { RequestError } from "../sync/transport";
import { Icon } from "./icon";

export function codeOf(error: unknown): string {
  return error instanceof RequestError ? error.problem.code : "unexpected";
}

export function Failure({ code, onRetry }: { code: string; onRetry?: () => void }): ReactElement {
  const t = useT();
  return (
    <div className="failure" role="alert">
      <Icon name="warning" />
      <span>{errorText(code)}</span>
      {onRetry ? (
        <button type="button" className="button" onClick={onRetry}>
          {t("retry")}
        </button>
      ) : null}
    </div>
  );
}
