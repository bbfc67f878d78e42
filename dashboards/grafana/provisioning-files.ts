// The YAML that tells Grafana where the readings are and where the dashboards lie.
import { stringify } from "yaml";

export const DATASOURCE_UID = "isotherm-readings";
export const DATASOURCE_NAME = "Isotherm readings";

const DATASOURCE_HEAD = `# Where the readings are. Grafana fills in the variables from its own environment when it starts, and leaves them empty
# without a word if they are missing: INFLUX_URL, INFLUX_DATABASE, INFLUX_USER, INFLUX_PASSWORD.
# Give it a user of InfluxDB that may only read. Whoever may open these dashboards may read every tenant of the database.
`;

const PROVIDER_HEAD = `# Dashboards from files. They cannot be changed in Grafana: change the code, generate, and they are read again.
`;

/** `datasources/`: the uid is explicit, because dashboards hold it and a generated one changes. */
export function datasourceYaml(): string {
  const file = {
    apiVersion: 1,
    datasources: [
      {
        name: DATASOURCE_NAME,
        uid: DATASOURCE_UID,
        type: "influxdb",
        access: "proxy",
        url: "$INFLUX_URL",
        user: "$INFLUX_USER",
        // The older place for the database, `database`, is ignored since Grafana 9.4.
        jsonData: {
          version: "InfluxQL",
          dbName: "$INFLUX_DATABASE",
          httpMode: "POST",
          timeInterval: "10s",
          maxSeries: 1_000,
        },
        secureJsonData: { password: "$INFLUX_PASSWORD" },
        editable: false,
        version: 1,
      },
    ],
  };
  return DATASOURCE_HEAD + stringify(file);
}

/** `dashboards/`: the folder's uid is fixed, so that rights given on it stay. */
export function providerYaml(): string {
  const file = {
    apiVersion: 1,
    providers: [
      {
        name: "isotherm",
        orgId: 1,
        type: "file",
        folder: "Isotherm",
        folderUid: "isotherm",
        disableDeletion: false,
        allowUiUpdates: false,
        updateIntervalSeconds: 30,
        options: { path: "/var/lib/grafana/dashboards/isotherm" },
      },
    ],
  };
  return PROVIDER_HEAD + stringify(file);
}
