import { DEFAULT_BOUNDS } from "./bounds.ts";

/** What `--help` prints. */
export const HELP_TEXT = `ingest: takes what gateways send, stores every record once, finds every excursion.

  isotherm-ingest run --config FILE           run until SIGTERM
  isotherm-ingest status --config FILE        gateways, assets and open alarms
  isotherm-ingest completeness --config FILE  per stream: numbers issued, accepted, missing
  isotherm-ingest quarantine --config FILE    what could not be stored, and why
  isotherm-ingest quarantine show|export|retry|discard ID …
  isotherm-ingest retention --config FILE     what has expired or is kept, until when and why
  isotherm-ingest backup --config FILE --to DIR     copy state and readings while it runs
  isotherm-ingest restore --config FILE --from DIR  put a backup back; ingest must not run
  isotherm-ingest assess --csv FILE …         judge a logger's file; needs no configuration (assess --help)
  isotherm-ingest profile list|show|check …   the limits to judge by, shipped or your own (profile --help)
  isotherm-ingest mapping check|try FILE …    what gateways without our contract mean (mapping --help)

  isotherm-ingest COMMAND --help tells more of quarantine, retention, backup, restore, assess, profile
  and mapping.

  --tenant ID   only this tenant (status, completeness, quarantine, retention)
  --json        one JSON document on standard output instead of text; what is wrong is told on standard error
  --help        this text; --version the version

status, completeness and quarantine only read, and may be asked while ingest runs. They tell what the state file holds: of an
ingest that is stopped, what it knew last. Times are UTC.

A configuration (YAML; paths start at its folder):

  broker:
    url: mqtt://127.0.0.1:1883     # any MQTT 3.1.1 broker
    user: ingest
    passwordFile: ingest.password
  hostId: host-1                   # the Sparkplug host that gateways name as theirs
  links: { gw-7: cellular }        # may be left out: kind of link of gateways whose births do not declare it
  groups:                          # Sparkplug group: tenant
    group1: tenant1
  mappings: []                     # files that say what other Sparkplug gateways and plain JSON mean: - zigbee2mqtt.yaml
  stateFile: state.db              # made when missing
  store:
    path: readings.db              # SQLite; with INFLUX_URL in the environment, InfluxDB instead
    influxDatabase: isotherm
  traceFile: trace.db              # written by the API server; may appear later
  http:
    host: 127.0.0.1
    port: 8402                     # 0 takes a free one; the log line "listening" names it
  retention:                       # how long things are kept; these are the defaults
    readings: 1827d                # at least what the profiles that cover them ask for: see isotherm-ingest retention
    hours: 3653d                   # hourly sums
    audit: 3653d                   # never shorter than the readings of the tenant
    intents: 400d
    births: 400d
  tokenFile: ingest.token          # what callers of /intents and /feed must bear
  bounds: {}                       # how much is held at most; with their defaults:
${Object.entries(DEFAULT_BOUNDS)
  .map(([bound, value]) => `    #   ${bound}: ${value}`)
  .join("\n")}

HTTP: POST /intents, POST /quarantine and GET /feed (with the token), GET /metrics, /healthz, /readyz.

Exit codes: 0 done, 1 broken while running, 2 wrong command or configuration.
`;
