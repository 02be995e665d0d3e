/** RFC 3339 in UTC with six digits of microseconds since 1970, which doubles hold exactly for some 285 years each way. */
export function microsToText(micros: number): string {
  const rest = ((micros % 1000) + 1000) % 1000
  const text = new Date((micros - rest) / 1000).toISOString()
  return `${text.slice(0, -1)}${String(rest).padStart(3, '0')}Z`
}

/** Microseconds since 1970 of an RFC 3339 moment, whatever its digits and zone; NaN where the calendar has no such moment. */
export function textToMicros(text: string): number {
  const match = /^(.+?)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)$/i.exec(text)
  if (!match) return NaN
  const [, seconds, fraction = '', zone] = match
  const whole = isInCalendar(seconds!) ? Date.parse(`${seconds}${zone}`) : NaN
  // Postgres rounds what is finer than a microsecond.
  const digits = fraction.padEnd(7, '0')
  return whole * 1000 + Number(digits.slice(0, 6)) + (Number(digits[6]) >= 5 ? 1 : 0)
}

/** Date.parse takes the 30th of February for a day in March. */
function isInCalendar(text: string): boolean {
  const day = Number(text.slice(8, 10))
  return new Date(`${text.slice(0, 10)}T00:00:00Z`).getUTCDate() === day
}
