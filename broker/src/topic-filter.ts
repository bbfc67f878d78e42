// Topic names and filters of MQTT 3.1.1 §4.7, as pure functions over strings.

/** A filter split into its levels once, for use on every message. */
export type FilterLevels = readonly string[];

/** §4.7.1: `+` and `#` stand alone in their level, `#` only in the last one; not empty, no NUL, at most 65,535 bytes. */
export function isTopicFilter(filter: string): boolean {
  if (!isTopicText(filter)) return false;
  const levels = filter.split("/");
  return levels.every((level, at) => {
    if (level === "+") return true;
    if (level === "#") return at === levels.length - 1;
    return !level.includes("+") && !level.includes("#");
  });
}

/** A name that a message may be published under: a filter without wildcards. */
export function isTopicName(topic: string): boolean {
  return isTopicText(topic) && !topic.includes("+") && !topic.includes("#");
}

function isTopicText(text: string): boolean {
  return text.length > 0 && !text.includes("\0") && Buffer.byteLength(text) <= 65_535;
}

/** Whether a message of this topic reaches a subscriber of the filter (§4.7.1, and §4.7.2 for `$` topics). */
export function filterMatches(filter: FilterLevels, topic: FilterLevels): boolean {
  if (hidesDollar(filter, topic)) return false;
  for (const [at, wanted] of filter.entries()) {
    if (wanted === "#") return topic.length >= at;
    const level = topic[at];
    if (level === undefined || (wanted !== "+" && wanted !== level)) return false;
  }
  return filter.length === topic.length;
}

/** Whether every topic that the filter matches is matched by the pattern too. Both must be valid filters. */
export function filterIsWithin(filter: FilterLevels, pattern: FilterLevels): boolean {
  if (hidesDollar(pattern, filter)) return false;
  for (const [at, allowed] of pattern.entries()) {
    // `a/#` covers `a` itself as well as all below it, so a filter that ends exactly here is within.
    if (allowed === "#") return filter.length >= at;
    const wanted = filter[at];
    if (wanted === undefined || wanted === "#") return false;
    if (allowed !== "+" && allowed !== wanted) return false;
  }
  return filter.length === pattern.length;
}

/** §4.7.2: a filter that begins with a wildcard does not match topics that begin with `$`. */
function hidesDollar(filter: FilterLevels, topic: FilterLevels): boolean {
  return (filter[0] === "+" || filter[0] === "#") && topic[0]?.startsWith("$") === true;
}
