/** What `--help` prints. */
export const HELP_TEXT = `The MQTT 3.1.1 broker of Isotherm: it lets gateways, hosts and viewers in by name and
password, and lets each touch its own topics only.

  isotherm-broker --config FILE     run the broker until SIGTERM or Ctrl-C
  isotherm-broker passwd            read a password from stdin, print its hash
  isotherm-broker passwd --generate make a password, show it once, print its hash
  isotherm-broker --help            this page

A first broker in two files:

  # broker.yaml
  listeners:
    - port: 1883                    # host: 127.0.0.1 unless you name another address
  identities: identities.yaml       # relative to this file; read again whenever it changes

  # identities.yaml
  - user: gw-0001                   # a gateway: its own Sparkplug topics, nothing else
    passwordHash: scrypt$...        # printed by: isotherm-broker passwd --generate
    role: gateway
    groupId: fleet-a
    gatewayId: gw-0001
  - user: ingest                    # a Sparkplug host: reads all, commands, says its STATE
    passwordHash: scrypt$...
    role: host
    hostId: ingest
    hears: [zigbee2mqtt/+]          # and, if need be, topics of plain JSON
  - user: zigbee                    # a client that speaks no Sparkplug: the topics listed here
    passwordHash: scrypt$...
    role: publisher
    publishes: [zigbee2mqtt/#]
    hears: [zigbee2mqtt/+/set]
  - user: wallboard                 # a viewer: reads isotherm/1/acme/# and nothing else
    passwordHash: scrypt$...
    role: viewer
    tenantId: acme

Further settings of broker.yaml, with their defaults:

  identitiesPollMs: 1000        how often the identities file is looked at
  clientsMax: 5000              connections at once
  subscriptionsMax: 100         subscriptions of one client
  payloadBytesMax: 262144       one message; who sends a larger one is cut off
  outputBytesMax: 8388608       what may wait for one client; over it the client is cut off
  drainMsMax: 1000              how long a client may take nothing before it is cut off
  connectTimeoutMs: 30000       from the connection to the accepted sign-in
  retainedMax: 10000            topics with a retained message
  retainedBytesMax: 67108864    payload of all retained messages
  countersLogMs: 60000          how often the counters are logged

The log goes to stdout, one JSON object a line. The line {"msg":"listening","port":...} says
that the broker is ready. SIGUSR2 logs the counters at once.

There is no TLS here: passwords cross the network as they are. Off this machine, put a TLS
proxy or a VPN in front of the broker.

Exit codes: 0 stopped as asked, 1 could not run, 2 a mistake in the command or a file.
`;
