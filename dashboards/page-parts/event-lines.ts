// The text of server-sent events, taken apart as it comes in: pieces may end anywhere.

export interface SentEvent {
  readonly event: string;
  readonly data: string;
}

/** Characters of one event at most; a longer one means that the stream has lost its step. */
export const EVENT_CHARS_MAX = 4_194_304;

/** Takes pieces of text, gives whole events. Comments (heartbeats) give none. Throws RangeError past EVENT_CHARS_MAX. */
export function eventReader(): (piece: string) => SentEvent[] {
  let rest = "";
  return (piece) => {
    rest += piece;
    const blocks = rest.split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? "";
    if (rest.length > EVENT_CHARS_MAX) throw new RangeError(`an event is longer than ${EVENT_CHARS_MAX} characters`);
    return blocks.flatMap(parsed);
  };
}

function parsed(block: string): SentEvent[] {
  let event = "message";
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    if (line.startsWith("event:")) event = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
  }
  return data.length === 0 ? [] : [{ event, data: data.join("\n") }];
}
