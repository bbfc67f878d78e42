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
    - { busId: climate, kind: modbus-tcp, host: 192.0.2.7, port: 502 }
    - { busId: doors, kind: modbus-rtu, path: "usb:0403:6001", baudRate: 9600 }   # isotherm-bridge scan finds both
    - { busId: gps, kind: gpsd }           # or nmea-serial with path, baudRate; or nmea-tcp with host, port
  assets:
    - assetId: truck-1
      sampleEveryMs: 10000
      devices:
        - bus: climate
          unit: 1                # the Modbus address
          profile: cold-room-controller
          points:
            supply: { channel: temperature/supply, role: supply }
            doorOpen: { channel: door/rear, role: door, sampleEveryMs: 1000 }   # this one more often
        - bus: gps
          profile: gps-nmea
          sampleEveryMs: 30000
          points:
            latitude: { channel: latitude/vehicle, role: position }
            longitude: { channel: longitude/vehicle, role: position }

A serial path is best one under /dev/serial/by-id, or by-path, or an adapter's fingerprint, usb:VENDOR:PRODUCT[:SERIAL]: it
stays right when adapters are replugged. A profile is one that is shipped (isotherm-bridge read --help names them) or a
file of your own, such as my-probe.yaml (isotherm-bridge profile check my-probe.yaml says what is wrong with it). Points of one unit that fall due together
are read together, also for several assets. A unit that does not answer is tried now and then, so that it costs the
others little. What a bus may say besides:

  modbus-tcp: responseTimeoutMs: 800      for all its units; default what each profile says
              inFlightMax: 1              requests on their way at once, 1 to 16; left out, the agent finds out
  modbus-rtu: parity: even, stopBits: 2   default none and 1, which with 8 data bits is called 8N1
              responseTimeoutMs: 800      as above
              guardMs: 10                 silence before each request, if more than 3.5 characters
              echo: true                  the adapter hears what it sends
              inOrder: true               no device answers an earlier request after a later one: less is withheld
  gpsd:       host: 127.0.0.1, port: 2947, device: /dev/ttyACM0      device: one of its receivers; default all

With their defaults, when left out:

  maxSilenceMs: 300000           a host should worry when it hears nothing for longer
  assets.devices.maxSilenceMs    five rounds, at least 60000: the same for one device's values; receivers promise nothing
  clock: { source: system, plausibleFrom: 2024-01-01T00:00:00Z, plausibleUntil: 2100-01-01T00:00:00Z, errorMs: 1000 }
  uplink: { windowRecords: 2000, backlogRecordsPerS: 2000, messageRecordsMax: 100, retryAfterMs: 5000,
            retryAfterMsMax: 300000, reconnectAfterMs: 1000, reconnectAfterMsMax: 60000 }
  uplink.link                    said of nothing: write wired, cellular or satellite, and hosts bear with coverage

Exit codes: 0 stopped as asked, 1 could not run, 2 the configuration or the command line cannot be used.
`;
