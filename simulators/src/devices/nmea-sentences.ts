// What a receiver says once a second, in NMEA 0183.

import type { RoutePosition } from "../physics/route.ts";

/** One round of a receiver: RMC, GGA and VTG of one instant; without a position, the same sentences without a fix. */
export function nmeaRound(utcMs: number, position: RoutePosition | undefined): string {
  const iso = new Date(utcMs).toISOString();
  const time = `${iso.slice(11, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}.${iso.slice(20, 22)}`;
  const date = `${iso.slice(8, 10)}${iso.slice(5, 7)}${iso.slice(2, 4)}`;
  const bodies =
    position === undefined
      ? [`GNRMC,${time},V,,,,,,,${date},,,N`, `GNGGA,${time},,,,,0,00,99.9,,M,,M,,`, "GNVTG,,T,,M,,N,,K,N"]
      : fixedBodies(time, date, position);
  return bodies.map(nmeaSentence).join("");
}

function fixedBodies(time: string, date: string, position: RoutePosition): string[] {
  const { latDeg, lonDeg, speedMps, trackDeg } = position;
  const place = `${angle(latDeg, 2, "N", "S")},${angle(lonDeg, 3, "E", "W")}`;
  const knots = ((speedMps * 3600) / 1852).toFixed(3);
  const kmh = (speedMps * 3.6).toFixed(3);
  const track = (trackDeg % 360).toFixed(2);
  return [
    `GNRMC,${time},A,${place},${knots},${track},${date},,,A`,
    `GNGGA,${time},${place},1,09,0.9,50.0,M,10.0,M,,`,
    `GNVTG,${track},T,,M,${knots},N,${kmh},K,A`,
  ];
}

/** `$body*HH` and a line end. */
export function nmeaSentence(body: string): string {
  let sum = 0;
  for (let at = 0; at < body.length; at += 1) sum ^= body.charCodeAt(at);
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, "0")}\r\n`;
}

/** Degrees and minutes to five decimals, about two centimetres. */
function angle(degrees: number, degreeDigits: 2 | 3, positive: string, negative: string): string {
  // Rounded as a whole, so that 59.999999 minutes become the next degree and not 60 minutes.
  const units = Math.round(Math.abs(degrees) * 60 * 100_000);
  const whole = Math.floor(units / 6_000_000);
  const minutes = ((units % 6_000_000) / 100_000).toFixed(5).padStart(8, "0");
  return `${String(whole).padStart(degreeDigits, "0")}${minutes},${degrees < 0 ? negative : positive}`;
}
