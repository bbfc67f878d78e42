// What the terminal shows: where to look, then one line kept up to date, with news above it.

import { tallyLine, type Tally } from "./tally.ts";

export interface ScreenPort {
  readonly isTerminal: boolean;
  /** As wide as the terminal is now. */
  readonly columns: () => number;
  write(text: string): void;
}

const BOLD = "\u001b[1m";
const DIM = "\u001b[2m";
const GREEN = "\u001b[32m";
const RED = "\u001b[31m";
const PLAIN = "\u001b[0m";
const CLEAR_LINE = "\r\u001b[2K";
const CLEAR_BELOW = "\u001b[J";
const upBy = (rows: number): string => (rows > 0 ? `\u001b[${rows}A` : "");

/** Without a terminal the tally is printed once in so many updates, so that a log stays readable. */
const PLAIN_EVERY = 10;

export class Screen {
  readonly #port: ScreenPort;
  #line = "";
  #tally: { readonly text: string; readonly isLossless: boolean } | undefined;
  #shownLength = 0;
  #updates = 0;

  constructor(port: ScreenPort) {
    this.#port = port;
  }

  /** Prints lines for good, above the line that is kept up to date. */
  say(...lines: readonly string[]): void {
    const text = lines.map((line) => `${line}\n`).join("");
    this.#port.write(this.#port.isTerminal && this.#line !== "" ? `${CLEAR_LINE}${text}${this.#line}` : text);
  }

  /** Something that happened, with the time of day. */
  news(timeOfDay: string, text: string): void {
    this.say(`${this.#style(DIM, timeOfDay)}  ${text}`);
  }

  /** Keeps the tally up to date. `suffix` says what is not as usual. */
  tally(tally: Tally, suffix: string): void {
    const plain = `${tallyLine(tally)}${suffix === "" ? "" : `   ${suffix}`}`;
    if (!this.#port.isTerminal) {
      if (this.#updates++ % PLAIN_EVERY === 0) this.#port.write(`${plain}\n`);
      return;
    }
    this.#tally = { text: plain, isLossless: tally.lost === 0 };
    this.#draw(CLEAR_LINE);
  }

  /** After the terminal got another width: one that got narrower has broken the line into rows, which are taken back. */
  resized(): void {
    if (this.#tally === undefined || !this.#port.isTerminal) return;
    const rows = Math.ceil(this.#shownLength / Math.max(1, this.#port.columns()));
    this.#draw(`${upBy(rows - 1)}\r${CLEAR_BELOW}`);
  }

  bold(text: string): string {
    return this.#style(BOLD, text);
  }

  dim(text: string): string {
    return this.#style(DIM, text);
  }

  /** Leaves the line where it is and goes on below it. */
  end(): void {
    if (this.#port.isTerminal && this.#line !== "") this.#port.write("\n");
    this.#line = "";
    this.#tally = undefined;
  }

  #draw(clear: string): void {
    if (this.#tally === undefined) return;
    const { text, isLossless } = this.#tally;
    // One column stays free: at the last one, some terminals go on to the next row.
    const cut = text.slice(0, Math.max(1, this.#port.columns() - 1));
    this.#shownLength = cut.length;
    this.#line = this.#style(isLossless ? GREEN : RED, cut);
    this.#port.write(`${clear}${this.#line}`);
  }

  #style(code: string, text: string): string {
    return this.#port.isTerminal ? `${code}${text}${PLAIN}` : text;
  }
}
