// The configuration files of a whole installation on one machine, as an installer would write them.

import { join } from "node:path";
import { stringify } from "yaml";

export const HOST_ID = "isotherm-1";

/** Where the parts of an installation listen, all on loopback. */
export interface InstallationPorts {
  readonly broker: number;
  readonly ingest: number;
  readonly dashboards: number;
}

export interface InstallationPaths {
  readonly folder: string;
  readonly secret: (name: string) => string;
  readonly store: (name: string) => string;
  readonly config: (name: string) => string;
  readonly log: (name: string) => string;
  readonly spool: (gatewayId: string) => string;
}

export function pathsOf(folder: string): InstallationPaths {
  return {
    folder,
    secret: (name) => join(folder, "secrets", name),
    store: (name) => join(folder, "store", name),
    config: (name) => join(folder, "config", `${name}.yaml`),
    log: (name) => join(folder, "log", `${name}.log`),
    spool: (gatewayId) => join(folder, "spools", `${gatewayId}.sqlite`),
  };
}

export function brokerConfig(paths: InstallationPaths, ports: InstallationPorts): string {
  return stringify({ listeners: [{ port: ports.broker }], identities: paths.config("identities") });
}

/** `isOpen`: the broker asks nobody who they are. */
export function ingestConfig(
  paths: InstallationPaths,
  ports: InstallationPorts,
  groups: Record<string, string>,
  influxDatabase: string | undefined,
  { hostId, isOpen }: { readonly hostId: string; readonly isOpen: boolean } = { hostId: HOST_ID, isOpen: false },
): string {
  const url = `mqtt://127.0.0.1:${ports.broker}`;
  return stringify({
    broker: isOpen ? { url } : { url, user: hostId, passwordFile: paths.secret(hostId) },
    hostId,
    groups,
    stateFile: paths.store("state.sqlite"),
    store: {
      path: paths.store("readings.sqlite"),
      ...(influxDatabase === undefined ? {} : { influxDatabase }),
    },
    traceFile: paths.store("trace.sqlite"),
    http: { port: ports.ingest },
    tokenFile: paths.secret("ingest-token"),
  });
}

export function dashboardsConfig(
  paths: InstallationPaths,
  ports: InstallationPorts,
  influxDatabase: string | undefined,
): string {
  return stringify({
    http: { port: ports.dashboards },
    traceFile: paths.store("trace.sqlite"),
    stateFile: paths.store("state.sqlite"),
    readingsFile: paths.store("readings.sqlite"),
    ...(influxDatabase === undefined ? {} : { influxDatabase }),
    ingest: { url: `http://127.0.0.1:${ports.ingest}`, tokenFile: paths.secret("ingest-token") },
    adminTokenFile: paths.secret("admin-token"),
    simulated: true,
  });
}
