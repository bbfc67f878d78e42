/** What `isotherm-ingest mapping --help` prints. */
export const MAPPING_HELP = `mapping: says what the values of gateways without our contract mean. Checks one, and shows what a message becomes.

  isotherm-ingest mapping check FILE [--json]
  isotherm-ingest mapping try FILE --topic TOPIC [--payload FILE|-] [--json]
  isotherm-ingest mapping schema            a JSON Schema, by which editors complete and check mappings

  mosquitto_sub -h BROKER -t 'factory/#' -C 1 -N -F %p | isotherm-ingest mapping try FILE --topic factory/gw-1/room-2/telemetry
  isotherm-ingest mapping try FILE --topic zigbee2mqtt/room-2 --payload message.json

  --topic TOPIC    the topic that the message came by
  --payload FILE   its bytes; - or nothing reads them from standard input
  --json           one JSON document instead of a table

A mapping (YAML), named under \`mappings\` in ingest's configuration:

  mapping: factory                       # its name
  tenant: tenant1                        # may be left out when there is one tenant
  json:
    - topic: factory/{gateway}/+/{asset}/telemetry    # {name} takes a part of a level, + one level, # the rest
      ids:                               # more names, from the payload
        line: meta.line
      gateway: "{gateway}"               # ids are made of names; what is no id becomes one, always the same
      asset: "{asset}-{line}"
      assets:                            # optional: only these names, as these assets
        room-2-a: cold-room-2
      maxSilence: 30min                  # how long a value stands, and how long the gateway may say nothing
      time:                              # or, when messages are only sent live and carry none: time: received
        path: ts                         # from each sample, with \`each\`; $.ts starts at the payload
        format: epoch-ms                 # iso8601 (with timeZone where it has no offset), epoch-s, epoch-ms
        absent: received                 # clock-untrusted then; or refuse, into quarantine
      each: samples[*]                   # optional: a list of samples in one message
      channels:
        - path: probes[0].temp           # dots, [n], ["a name"]
          channel: temperature/probe-1   # <quantity>/<place>
          role: product                  # product, supply, return, ambient, evaporator, set-point, door, position
          unit: "°F"                     # as it comes; °F and K are kept as °C
          resolution: 0.1                # of the kept value; limits compare at it
          scale: 0.1                     # optional: the value times this, plus offset
          sentinels:                     # optional: values, as sent, that say that there is none
            - { value: -9999, quality: probe-fault }
  sparkplug:                             # gateways that speak Sparkplug B by their own rules
    - group: Plant {plant}               # {name} takes one or more characters but a slash
      node: "{node}"
      maxSilence: 30min
      channels:
        - device: Cold Room {room}       # left out: metrics of the node itself
          metric: Temperatures/{place}
          asset: room-{room}
          channel: temperature/{place}
          role: product
          unit: Cel
          resolution: 0.1

The first rule that fits a topic or node is taken. Such gateways number nothing: what is lost on the way to ingest is lost
without a trace, and completeness tells of monitoring alone. The same value of a channel at the same time is one reading;
another value for it goes to quarantine, and the first stays. \`isotherm-ingest status\` lists what came unmapped. Mappings
to begin with stand in ingest/mappings.

Exit codes: 0 usable, or all of the message became readings; 2 otherwise.
`;
