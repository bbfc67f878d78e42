// Everything that the command writes, by path.
import { assetDashboard } from "./asset-dashboard.ts";
import { dashboardJson } from "./dashboard-json.ts";
import { datasourceYaml, providerYaml } from "./provisioning-files.ts";

/** Text by path relative to the directory, with `/` on every system. */
export type FileTree = ReadonlyMap<string, string>;

/** The same on every call. */
export function generatedFiles(): FileTree {
  return new Map([
    ["dashboards/isotherm-asset.json", dashboardJson(assetDashboard())],
    ["provisioning/dashboards/isotherm.yaml", providerYaml()],
    ["provisioning/datasources/isotherm.yaml", datasourceYaml()],
  ]);
}
