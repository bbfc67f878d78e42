/** What `--help` prints for each command that keeps, or puts back, what ingest has stored. */
export const KEEP_HELP = {
  backup: `isotherm-ingest backup --config FILE --to DIR [--json]

Copies ingest's state and readings as they stand at one instant, while ingest runs. DIR is made; it must be empty.

  DIR/state.sqlite     what is accepted, excursions, alarms, audit
  DIR/readings.sqlite  the readings; DIR/readings.lp.gz (line protocol) where they live in InfluxDB: of this
                       configuration's tenants
  DIR/backup.json      when it was taken, versions, SHA-256 of the files; written last: a folder without it is no backup

The state is copied first: every record that it calls accepted is then among the readings. Facts (shipments, people) are the
API server's file, passwords and the configuration are yours: back them up beside it.

  --json  the manifest as JSON on standard output

Exit codes: 0 done, 1 could not be done, 2 wrong command or configuration.
`,
  restore: `isotherm-ingest restore --config FILE --from DIR [--force] [--json]

Puts a backup where the configuration says that state and readings are. Stop ingest first. The backup's SHA-256 sums are checked
before anything is changed.

  --force  move files that stand there aside (<file>.before-restore-<time>); without it they are a reason to refuse.
           With InfluxDB nothing can be moved: the backup is written beside what is there, which changes no reading.
  --json   what was done as JSON on standard output

What gateways delivered after the backup was taken is missing then. Start ingest: within a minute it asks each gateway for the
numbers that it lacks, and gateways send what their spools still hold. \`isotherm-ingest completeness\` shows what is missing.

Exit codes: 0 done, 1 could not be done, 2 wrong command or configuration.
`,
  retention: `isotherm-ingest retention --config FILE [--tenant ID] [--json]

Shows, asset by asset, which stretches of readings have expired, which are kept, until when and why. Changes nothing: ingest itself
lets go of what has expired, every hour, in small steps, with an audit entry for every asset and stretch.

  under a profile         for its own \`retention\` (atLeast), from the end of the leg; under a standing profile from each reading
  several profiles        the longest counts
  none, or none named     for retention.readings of the configuration
  hourly sums             for retention.hours, and at least as long as the readings would be
  audit entries           for retention.audit, and as long as the tenant keeps a reading as old
  gone ranges, records    of a gateway's own: for retention.readings, and as long as the tenant keeps a reading as old
  intents, old births     for retention.intents and retention.births

  --tenant ID  only this tenant
  --json       the account as JSON on standard output; times in UTC milliseconds

Exit codes: 0 done, 1 could not be done, 2 wrong command or configuration.
`,
} as const;
