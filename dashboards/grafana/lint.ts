// All rules over a directory of generated files, without a Grafana.
import { parse as parseYaml } from "yaml";
import type { FileTree } from "./generated-files.ts";
import { isObject, type Json, textOf } from "./json.ts";
import { type DashboardFile, lintDashboard } from "./lint-dashboard.ts";
import type { LintFinding } from "./lint-limits.ts";
import { datasourceUids, lintProvisioning, type ProvisioningFile } from "./lint-provisioning.ts";
import { reportFor } from "./lint-report.ts";

/** Everything that is wrong, file by file; empty if nothing is. */
export function lint(files: FileTree): LintFinding[] {
  const findings: LintFinding[] = [];
  const dashboards: DashboardFile[] = [];
  const provisioning: ProvisioningFile[] = [];
  for (const [path, text] of files) {
    const report = reportFor(findings, path, "file");
    let content: Json;
    try {
      content = (path.endsWith(".json") ? JSON.parse(text) : parseYaml(text)) as Json;
    } catch (thrown) {
      report("file-format", `cannot be read: ${thrown instanceof Error ? thrown.message : ""}`, "generate it again");
      continue;
    }
    if (!path.endsWith(".json")) provisioning.push({ path, content });
    else if (isObject(content) && Array.isArray(content["panels"])) dashboards.push({ path, text, dashboard: content });
    else
      report("file-format", "is no classic dashboard", "Grafana 13 takes no other from files: put panels at its top");
  }
  for (const file of dashboards) findings.push(...lintDashboard(file, dashboards));
  for (const file of provisioning) findings.push(...lintProvisioning(file));
  lintUnique(dashboards, provisioning, findings);
  return findings;
}

function lintUnique(
  dashboards: readonly DashboardFile[],
  provisioning: readonly ProvisioningFile[],
  findings: LintFinding[],
): void {
  const [uids, sourceUids, titles] = [new Map<string, string>(), new Map<string, string>(), new Map<string, string>()];
  for (const { path, dashboard } of dashboards) {
    const report = reportFor(findings, path, "dashboard");
    const uid = textOf(dashboard["uid"]);
    const title = textOf(dashboard["title"]);
    if (!/^[\w-]{1,40}$/.test(uid)) report("uid-unique", "has no usable uid", "give it 1-40 letters, digits, - or _");
    if (uids.has(uid)) report("uid-unique", `shares the uid "${uid}" with ${uids.get(uid) ?? ""}`, "give it another");
    if (titles.has(title)) report("title-unique", `shares its title with ${titles.get(title) ?? ""}`, "rename one");
    uids.set(uid, path);
    titles.set(title, path);
  }
  for (const file of provisioning) {
    for (const uid of datasourceUids(file)) {
      const report = reportFor(findings, file.path, "file");
      if (sourceUids.has(uid)) report("uid-unique", `two data sources have the uid "${uid}"`, "give one another");
      sourceUids.set(uid, file.path);
    }
  }
}
