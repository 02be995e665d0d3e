/** RFC 3339 in UTC with six digits of microseconds since 1970, which doubles hold exactly for some 285 years each way. */
export function microsToText(micros: number): string {
  const rest = ((micros % 1000) + 1000) % 1000
  const text = new Date((micros - rest) / 1000).toISOString()
  return `${text.slice(0, -1)}${String(rest).padStart(3, '0')}Z`
}

/**
 * Microseconds since 1970 of an RFC 3339 moment, whatever its digits and zone, as Postgres reads it; NaN where that is for the
 * database to judge: there is no such moment in the calendar, or Postgres alone knows what it means by it.
 */
export function textToMicros(text: string): number {
  const match = /^(.+?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/i.exec(text)
  if (!match) return NaN
  const [, seconds, fraction = '0', zone] = match
  const whole = isPlain(seconds!, zone!) ? Date.parse(`${seconds}${zone}`) : NaN
  return whole * 1000 + roundHalfToEven(Number(`0.${fraction}`) * 1e6)
}

/** Date.parse takes the 30th of February for a day in March, and knows the year 0, the hour 24 and zones of 23 hours. */
function isPlain(text: string, zone: string): boolean {
  const day = Number(text.slice(8, 10))
  return (
    new Date(`${text.slice(0, 10)}T00:00:00Z`).getUTCDate() === day &&
    !text.startsWith('0000') &&
    text.slice(11, 13) !== '24' &&
    (zone.length === 1 || Number(zone.slice(1, 3)) < 16)
  )
}

/** As C's `rint`, by which Postgres rounds what is finer than a microsecond. */
function roundHalfToEven(number: number): number {
  const down = Math.floor(number)
  const rest = number - down
  if (rest === 0.5) return down % 2 === 0 ? down : down + 1
  return rest < 0.5 ? down : down + 1
}
