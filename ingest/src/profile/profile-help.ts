/** What `isotherm-ingest profile --help` prints. */
export const PROFILE_HELP = `profile: the limits that goods are judged by. Needs no configuration and changes nothing.

  isotherm-ingest profile list [WORD…]     the shipped profiles; with words, those whose name, title or source has them
  isotherm-ingest profile show NAME|FILE   one of them, or a file of your own, with every limit and its source
  isotherm-ingest profile check FILE…      whether your own can be used: every problem with file, line, place and mend

  --json   one JSON document instead of text
  --yaml   (show) the text of the file, to copy from

To make your own
  1. isotherm-ingest profile list milk           find one that is like it
  2. isotherm-ingest profile show atp-raw-milk --yaml > our-milk.yaml
  3. change id, title, numbers and sources in our-milk.yaml; raise "version" whenever a number changes later
  4. isotherm-ingest profile check our-milk.yaml
  5. try it on a logger's file: isotherm-ingest assess --csv … --profile our-milk.yaml

What a row says
  quantity, role        temperature, humidity, door (1 is open) or power (1 is on), at product, supply, return, ambient …
  low, high             a reading beyond them is outside; with "inclusive: true" one that is on them already is
  deadband              how far back inside a reading must be to end an excursion
  onDelay, offDelay     how long until an alarm is raised, and until it returns
  consecutiveAllowance  how long one excursion may last: longer is a breach. For more kinds (single-event, cumulative):
  allowances            - { kind: cumulative, allowed: 10h, breachWhen: reached }; with neither, it is a warning only
  combine               several probes: any (each by itself, the default), median or worst (as one series)
  gates                 when not to judge: { kind: door, settling: 10min, atMost: 30min }, also defrost, pre-cool, loading
  gap                   how long one reading stands at most; time beyond it is unmonitored
  source                which clause says so, and which numbers are your own
Besides limits: mkt (mean kinetic temperature over a window), rates, stability (a budget of time), retention.

Exit codes: 0 done and sound, 1 something is to mend, 2 asked wrongly, or a file could not be read.
`;
