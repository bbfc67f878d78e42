import { z } from "zod";
import type { Problem } from "./errors.ts";
import { parsePasswordHash } from "./password.ts";
import { isTopicFilter } from "./topic-filter.ts";
import { problemsOf } from "./zod-problems.ts";

interface Credentials {
  readonly user: string;
  /** `scrypt$N$r$p$salt$hash`, as the command `passwd` prints it. */
  readonly passwordHash: string;
}

/** Who may sign in, and as what. */
export type Identity = Credentials &
  (
    | { readonly role: "gateway"; readonly groupId: string; readonly gatewayId: string }
    | {
        readonly role: "host";
        readonly hostId: string;
        /** Filters outside Sparkplug that it may hear too: the plain-JSON topics of ingest's mappings. */
        readonly hears?: readonly string[] | undefined;
      }
    /** A client that speaks neither Sparkplug nor for us: a Zigbee bridge, an ESP board. */
    | {
        readonly role: "publisher";
        readonly publishes: readonly string[];
        readonly hears?: readonly string[] | undefined;
      }
    | { readonly role: "viewer"; readonly tenantId: string }
  );

// Ids become levels of topics: a wildcard or a slash in one would widen the rights of its owner.
const topicLevel = z
  .string({ error: "is missing or not text; give the id as text" })
  .regex(/^[^+#/\0]{1,200}$/, "is not usable as one level of a topic; use 1 to 200 characters without + # /");

/** Topics of Sparkplug and of ours carry commands and alarms: no list may reach them, nor everything, nor the broker's own. */
const foreignFilter = z
  .string({ error: "is not text; write a topic, with + and # as in MQTT" })
  .refine(isTopicFilter, "is no topic filter; let + and # stand alone in their level, # as the last one")
  .refine(
    (filter) => !/^(?:[+#$]|spBv1\.0(?:\/|$)|isotherm(?:\/|$))/.test(filter),
    "reaches topics that other roles are for; begin with the client's own first level",
  );
const foreignFilters = z.array(foreignFilter, { error: "is not a list; write - topic/#" }).max(100, "is too long");

const credentials = {
  user: z
    .string({ error: "is missing or not text; give the user name that the client signs in with" })
    .min(1, "is empty; give the user name that the client signs in with")
    .max(200, "is too long; use at most 200 characters"),
  passwordHash: z
    .string({ error: "is missing; make one with `isotherm-broker passwd`" })
    .refine((text) => parsePasswordHash(text) !== undefined, {
      message: "is not a line of the form scrypt$N$r$p$salt$hash; make one with `isotherm-broker passwd`",
    }),
};

const identitySchema = z.discriminatedUnion(
  "role",
  [
    z.strictObject({
      ...credentials,
      role: z.literal("gateway"),
      groupId: topicLevel.refine((id) => id !== "STATE", "is a word of Sparkplug's own; choose another group id"),
      gatewayId: topicLevel,
    }),
    z.strictObject({
      ...credentials,
      role: z.literal("host"),
      hostId: topicLevel,
      hears: foreignFilters.optional(),
    }),
    z.strictObject({
      ...credentials,
      role: z.literal("publisher"),
      publishes: foreignFilters.min(1, "is empty; name the topics that it publishes to"),
      hears: foreignFilters.optional(),
    }),
    z.strictObject({ ...credentials, role: z.literal("viewer"), tenantId: topicLevel }),
  ],
  { error: "has no known role; write role: gateway, publisher, host or viewer" },
);

const identitiesSchema = z.array(identitySchema, {
  error: "is not a list; write one `- user: …` for each identity",
});

/** The identities by user name, or everything that is wrong with them. `value` is the parsed YAML. */
export function checkIdentities(
  value: unknown,
): { readonly identities: ReadonlyMap<string, Identity> } | { readonly problems: readonly Problem[] } {
  const parsed = identitiesSchema.safeParse(value ?? []);
  if (!parsed.success) return { problems: problemsOf(parsed.error, "the file") };
  const identities = new Map<string, Identity>();
  const problems: Problem[] = [];
  for (const [at, identity] of parsed.data.entries()) {
    if (identities.has(identity.user)) {
      const problem = `names the user "${identity.user}" a second time`;
      problems.push({ place: `[${at}].user`, problem, mend: "give every identity a user of its own" });
    }
    identities.set(identity.user, identity);
  }
  return problems.length > 0 ? { problems } : { identities };
}
