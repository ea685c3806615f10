/** Decides between signing in and working. */

import { type ReactElement, Suspense, lazy, useEffect, useState } from "react";
import { type App, AppContext, ClientContext, useStore } from "./app-context";
import { Client } from "./client";
import { useRoute } from "./route";
import { Shell } from "./pages/shell";
import { LiveRegion } from "./ui/announce";
import { Loading } from "./ui/loading";

const SignIn = lazy(() => import("./pages/sign-in"));
const AcceptInvitation = lazy(() => import("./pages/accept-invitation"));

export function Root({ app }: { app: App }): ReactElement {
  return (
    <AppContext value={app}>
      <LiveRegion />
      <Door app={app} />
    </AppContext>
  );
}

function Door({ app }: { app: App }): ReactElement {
  const session = useStore(app.sessions);
  const route = useRoute();
  const accountId = session?.account.id ?? null;
  const [client, setClient] = useState<Client | null>(null);

  useEffect(() => {
    const current = app.sessions.get();
    if (accountId === null || current === null) {
      return;
    }
    const next = new Client(current, app.sites, app.transport, app.sessions);
    setClient(next);
    void next.start();
    return () => {
      setClient(null);
      next.stop();
    };
  }, [accountId, app]);

  if (route.page === "invitation") {
    return (
      <Suspense fallback={<Loading />}>
        <AcceptInvitation code={route.code} />
      </Suspense>
    );
  }
  if (accountId === null) {
    return (
      <Suspense fallback={<Loading />}>
        <SignIn />
      </Suspense>
    );
  }
  return client === null ? (
    <Loading />
  ) : (
    <ClientContext value={client}>
      <Shell />
    </ClientContext>
  );
}
