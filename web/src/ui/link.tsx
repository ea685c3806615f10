/** A link within the app. */

import type { AnchorHTMLAttributes, ReactElement } from "react";
import { navigate } from "../route";

export function Link({ to, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { to: string }): ReactElement {
  return (
    <a
      {...rest}
      href={to}
      onClick={(event) => {
        onClick?.(event);
        const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
        if (isPlain && !event.defaultPrevented) {
          event.preventDefault();
          navigate(to);
        }
      }}
    >
      {rest.children}
    </a>
  );
}
