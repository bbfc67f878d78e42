// The rules about YAML for data sources and providers.
import { type Json, type JsonObject, objectOf, objectsOf, textOf } from "./json.ts";
import type { LintFinding } from "./lint-limits.ts";
import { type Report, reportFor } from "./lint-report.ts";

const FROM_ENVIRONMENT = /^(\$\w+|\$\{\w+\}|\$__(file|env)\{[^}]+\})$/;

export interface ProvisioningFile {
  readonly path: string;
  readonly content: Json;
}

/** The uids of a file's data sources. */
export function datasourceUids({ content }: ProvisioningFile): string[] {
  return objectsOf(objectOf(content)["datasources"]).map(({ uid }) => textOf(uid));
}

export function lintProvisioning({ path, content }: ProvisioningFile): LintFinding[] {
  const findings: LintFinding[] = [];
  const file = objectOf(content);
  if (file["apiVersion"] !== 1)
    reportFor(findings, path, "file")("file-format", "has no apiVersion", "write apiVersion: 1");
  for (const source of objectsOf(file["datasources"])) {
    lintDatasource(source, reportFor(findings, path, `data source ${JSON.stringify(source["name"] ?? "")}`));
  }
  for (const provider of objectsOf(file["providers"])) {
    lintProvider(provider, reportFor(findings, path, `provider ${JSON.stringify(provider["name"] ?? "")}`));
  }
  return findings;
}

function lintDatasource(source: JsonObject, report: Report): void {
  const rule = "datasource-file";
  if (textOf(source["uid"]) === "") report(rule, "has no uid", "give it one; Grafana would make one up");
  if (textOf(objectOf(source["jsonData"])["dbName"]) === "") {
    report(rule, "names no database", "set jsonData.dbName; `database` is ignored since Grafana 9.4");
  }
  if ("database" in source) report(rule, "names its database in `database`", "move it to jsonData.dbName");
  const secrets = {
    ...objectOf(source["secureJsonData"]),
    ...("password" in source ? { password: source["password"] } : {}),
  };
  const literal = Object.entries(secrets).filter(([, value]) => !FROM_ENVIRONMENT.test(textOf(value)));
  for (const [key] of literal) report(rule, `holds the secret "${key}"`, "write $NAME and set NAME where Grafana runs");
  if (/\/\/[^/]*@/.test(textOf(source["url"]))) report(rule, "has a password in its url", "use user and password");
}

function lintProvider(provider: JsonObject, report: Report): void {
  const rule = "provider-file";
  const isNamed = textOf(provider["name"]) !== "" && textOf(provider["folderUid"]) !== "";
  if (!isNamed) report(rule, "has no name or no folderUid", "give it both; rights hang on the folder's uid");
  if (textOf(objectOf(provider["options"])["path"]) === "") report(rule, "has no path", "set options.path");
  if (provider["allowUiUpdates"] === true) {
    report(rule, "lets people save changes that the file overwrites", "set allowUiUpdates to false");
  }
}
