/** One query's answer for a component, fetched again when asked or when its inputs change. */

import { useCallback, useEffect, useState } from "react";
import { useApp } from "../../app-context";
import { codeOf } from "../../ui/failure";

export interface Answer<T> {
  data: T | null;
  failure: string | null;
  reload(): void;
}

export function useAnswer<T>(path: string, parameters: Record<string, string | number | boolean | null | undefined>, version = 0): Answer<T> {
  const { transport } = useApp();
  const [data, setData] = useState<T | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  const key = JSON.stringify(parameters);

  useEffect(() => {
    let isWanted = true;
    transport.query<T>(path, JSON.parse(key) as Record<string, string>).then(
      (answer) => {
        if (isWanted) {
          setData(answer);
          setFailure(null);
        }
      },
      (error: unknown) => {
        if (isWanted) {
          setFailure(codeOf(error));
        }
      },
    );
    return () => {
      isWanted = false;
    };
  }, [transport, path, key, turn, version]);

  return { data, failure, reload: useCallback(() => setTurn((n) => n + 1), []) };
}
