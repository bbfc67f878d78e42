export const HELP_TEXT = `isotherm edge-agent: the process on a gateway.

It asks the devices, keeps every answer in a spool on disk, and sends it over MQTT (Sparkplug B) until the host has
accepted it. Pull the plug, cut the link: nothing that it took is lost.

  isotherm-agent --config agent.yaml          run until SIGTERM or Ctrl-C
  isotherm-agent check --config agent.yaml    say everything that is wrong with a configuration
  isotherm-agent spool --config agent.yaml    show what the spool holds, also while the agent runs

Paths in the file are taken from the file's folder. A small configuration:

  gatewayId: gw-truck-1          # which gateway this is; the broker's rights are given to it
  groupId: fleet-1               # routes its messages
  hostId: isotherm-1             # the primary host, which alone may accept records
  broker:
    url: mqtt://127.0.0.1:1883
    user: gw-truck-1
    passwordFile: secrets/gw-truck-1    # or passwordEnv: NAME_OF_A_VARIABLE
  spool: { path: spool.db, bytesMax: 268435456 }
  buses:
    - { busId: climate, kind: modbus-tcp, host: 192.0.2.7, port: 502 }   # or modbus-rtu with path, baudRate
    - { busId: gps, kind: nmea-serial, path: /dev/ttyS1, baudRate: 9600 }   # or nmea-tcp with host, port
  assets:
    - assetId: truck-1
      sampleEveryMs: 10000
      devices:
        - bus: climate
          unit: 1                # the Modbus address
          profile: cold-room-controller
          points:
            supply: { channel: temperature/supply, role: supply }
            doorOpen: { channel: door/rear, role: door }
        - bus: gps
          profile: gps-nmea
          sampleEveryMs: 30000
          points:
            latitude: { channel: latitude/vehicle, role: position }
            longitude: { channel: longitude/vehicle, role: position }

With their defaults, when left out:

  maxSilenceMs: 300000           a host should worry when it hears nothing for longer
  clock: { source: system, plausibleFrom: 2024-01-01T00:00:00Z, plausibleUntil: 2100-01-01T00:00:00Z, errorMs: 1000 }
  uplink: { windowRecords: 2000, backlogRecordsPerS: 2000, messageRecordsMax: 100, retryAfterMs: 5000,
            retryAfterMsMax: 300000, reconnectAfterMs: 1000, reconnectAfterMsMax: 60000 }

Exit codes: 0 stopped as asked, 1 could not run, 2 the configuration or the command line cannot be used.
`;
