import { CONTRACT_VERSION } from "@isotherm/coldchain";

/** A gateway whose birth was not seen is taken at the word of its messages; one of a newer major version is not guessed at. */
export function isSupported(contractVersion: string | null): boolean {
  if (contractVersion === null) return true;
  const major = Number(contractVersion.split(".")[0]);
  const ours = Number(CONTRACT_VERSION.split(".")[0]);
  return major === ours || major === ours - 1;
}
