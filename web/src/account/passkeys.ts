/** Passkeys: the browser's part of signing in without a password. */

import type { SignedIn } from "../api/types";
import type { App } from "../app-context";
import { newId } from "../ids";
import { RequestError } from "../sync/transport";

interface Ceremony {
  ceremony_id: string;
  options: { publicKey: Record<string, unknown> };
}

export function canUsePasskeys(): boolean {
  return isSecureContext && typeof PublicKeyCredential !== "undefined";
}

export async function signInWithPasskey(app: App, user: string): Promise<SignedIn> {
  const start = await post<Ceremony>(app, "passkey-sign-in-start", user === "" ? {} : { user });
  const credential = await ask(() =>
    navigator.credentials.get({ publicKey: decoded(start.options.publicKey) as unknown as PublicKeyCredentialRequestOptions }),
  );
  return post<SignedIn>(app, "passkey-sign-in-finish", {
    ceremony_id: start.ceremony_id,
    credential: encoded(credential),
  });
}

export async function registerPasskey(app: App, name: string): Promise<void> {
  const start = await post<Ceremony>(app, "passkey-register-start", {});
  const credential = await ask(() =>
    navigator.credentials.create({ publicKey: decoded(start.options.publicKey) as unknown as PublicKeyCredentialCreationOptions }),
  );
  await post(app, "passkey-register-finish", {
    command_id: newId(),
    ceremony_id: start.ceremony_id,
    name,
    credential: encoded(credential),
  });
}

function post<T>(app: App, step: string, body: unknown): Promise<T> {
  return app.transport.anywhere<T>(`/api/installation/${step}`, { method: "POST", body: JSON.stringify(body) });
}

async function ask(open: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  let credential: Credential | null;
  try {
    credential = await open();
  } catch {
    throw new RequestError({ status: 0, code: "passkey_cancelled" });
  }
  if (!(credential instanceof PublicKeyCredential)) {
    throw new RequestError({ status: 0, code: "passkey_cancelled" });
  }
  return credential;
}

/** Turns the base64url members of the server's options into bytes. */
export function decoded(options: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = { ...options };
  if (typeof options["challenge"] === "string") {
    result["challenge"] = fromBase64Url(options["challenge"]);
  }
  const user = options["user"] as Record<string, unknown> | undefined;
  if (user !== undefined) {
    result["user"] = { ...user, id: fromBase64Url(String(user["id"])) };
  }
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    const credentials = options[list] as Record<string, unknown>[] | undefined;
    if (credentials !== undefined) {
      result[list] = credentials.map((credential) => ({ ...credential, id: fromBase64Url(String(credential["id"])) }));
    }
  }
  return result;
}

function encoded(credential: PublicKeyCredential): Record<string, unknown> {
  const response = credential.response as AuthenticatorAttestationResponse & AuthenticatorAssertionResponse;
  const bytes: Record<string, ArrayBuffer | null | undefined> = {
    clientDataJSON: response.clientDataJSON,
    attestationObject: response.attestationObject,
    authenticatorData: response.attestationObject ? undefined : response.authenticatorData,
    signature: response.signature,
    userHandle: response.userHandle,
  };
  return {
    id: credential.id,
    rawId: toBase64Url(credential.rawId),
    type: credential.type,
    extensions: credential.getClientExtensionResults(),
    response: Object.fromEntries(
      Object.entries(bytes)
        .filter(([, value]) => value !== undefined && value !== null)
        .map(([key, value]) => [key, toBase64Url(value as ArrayBuffer)]),
    ),
  };
}

export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

export function toBase64Url(bytes: ArrayBuffer): string {
  let binary = "";
  for (const byte of new Uint8Array(bytes)) {
    binary += String.fromCharCode(byte);
  }
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
