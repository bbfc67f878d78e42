/** What `isotherm-ingest assess --help` prints. */
export const ASSESS_HELP = `assess: judges a logger's file as Isotherm would have judged its readings. Needs no configuration and keeps nothing.

  isotherm-ingest assess --csv FILE --time COLUMN --value COLUMN --time-zone Asia/Shanghai --profile gsp-cold-2-8
  isotherm-ingest assess --csv FILE --time Date --time Time --value "Temp °C" --low 2 --high 8 --gap 300 --json

The file
  --csv FILE          text with commas, semicolons, tabs or bars; UTF-8, UTF-16 or Windows-1252
  --time COLUMN       the heading of the time; twice when date and time stand apart, the date first
  --value COLUMN      the heading of the value; its whole words are enough from the
                      beginning, where they fit one column only: Temperature for "Temperature (°C)"
  --unit C|F          of the column; asked for where the file says °F
  --time-zone ZONE    of times without an offset: Asia/Shanghai, Europe/Berlin, UTC, +08:00
  --date-order ORDER  dmy, mdy or ymd; asked for where no row tells: 01/02/2026
  --decimal SIGN      comma or point; asked for where no row tells: 1,234
  --quantity NAME     temperature (the default) or humidity

What to judge by: either a profile
  --profile NAME|FILE a shipped one by its name (isotherm-ingest profile list), or a file of your own; with all that it
                      asks: allowances of every kind, mean kinetic temperature, rates of change, stability budget
  --role NAME         which of its rows: product (the default), return, ambient …
or limits
  --low N --high N    one or both, in °C whatever the file's unit; 46.4F gives one in °F; humidity in %RH
  --deadband N        how far back inside a reading must be to end an excursion (default 0)
  --gap S             how long a reading stands at most, in seconds, or 5min, 1h (default 15min)
  --allowance S       how long one excursion may last, in seconds, or 30min, 10h (default 0)

Was it recorded often enough?
  --record-interval S gsp-storage, gsp-transport or en-12830 for what these ask, or a time of your own: 300, 15min

  --json              one JSON document instead of a chart and tables

What is odd about the file is counted and shown with its first line. What can be read in two ways is refused, with the
option that would settle it. Exit codes: 0 judged, whatever was found; 2 refused.
`;
