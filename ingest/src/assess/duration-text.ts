/** `10h`, `2d 3h`, `15min 30s`: at most three units, zeros left out. */
export function durationText(ms: number): string {
  const whole = Math.round(ms / 1_000);
  const parts = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor(whole / 3_600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "min"],
    [whole % 60, "s"],
  ] as const;
  const said = parts.flatMap(([count, unit]) => (count === 0 ? [] : [`${count}${unit}`]));
  return said.length === 0 ? "0s" : said.slice(0, 3).join(" ");
}
