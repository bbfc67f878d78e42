// Secrets of an installation: made once from a cryptographic source, kept in files that only their owner reads.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

export type SecureBytes = (count: number) => Uint8Array;

/** The secret of a file; made and written when there is none yet. */
export function secretOf(path: string, secureBytes: SecureBytes): string {
  if (existsSync(path)) return readFileSync(path, "utf8").trim();
  const secret = Buffer.from(secureBytes(24)).toString("base64url");
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, `${secret}\n`, { mode: 0o600 });
  return secret;
}
