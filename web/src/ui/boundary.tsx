/** Keeps a page's failure to that page; a quiet part that fails is left out. */

import { Component, type ReactElement, type ReactNode } from "react";
import { translate } from "../i18n";

export class Boundary extends Component<{ children: ReactNode; quiet?: boolean }, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError(): { hasFailed: boolean } {
    return { hasFailed: true };
  }

  override render(): ReactNode {
    return this.state.hasFailed ? this.props.quiet ? null : <Broken /> : this.props.children;
  }
}

function Broken(): ReactElement {
  return (
    <main className="empty" role="alert">
      <h1>{translate("broken.title")}</h1>
      <p>{translate("broken.text")}</p>
      <button type="button" className="button" onClick={() => location.reload()}>
        {translate("broken.reload")}
      </button>
    </main>
  );
}
