// Grafana's variables in a text: `$name`, `${name}`, `${name:format}`, `${name.field}`, `[[name]]`.

const PLACEHOLDER = /\$\{(\w+)[^}]*\}|\$(\w+)|\[\[(\w+)[^\]]*\]\]/g;

/** The names, in the order of the text, repeated as they are. */
export function placeholdersIn(text: string): string[] {
  return [...text.matchAll(PLACEHOLDER)].map(([, braced, bare, bracketed]) => braced ?? bare ?? bracketed ?? "");
}
