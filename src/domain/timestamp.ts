/**
 * RFC 3339 in UTC with six digits from the text form of a Postgres timestamptz, keeping the microseconds that a JS
 * `Date` would drop.
 *
 * @param text ISO style of Postgres, for example `2026-11-22 20:02:35.12+00`
 */
export function toRfc3339(text: string): string {
  const match = /^(.{10}) (.{8})(?:\.(\d+))?([+-]\d\d(?::?\d\d)?)$/.exec(text)
  if (!match) throw new Error(`not a timestamp with zone: ${text}`)
  const [, day, time, fraction = '', zone] = match as unknown as [string, string, string, string?, string?]
  const micros = fraction.padEnd(6, '0')
  if (zone === '+00') return `${day}T${time}.${micros}Z`
  const offset = zone?.length === 3 ? `${zone}:00` : zone
  const utc = new Date(`${day}T${time}${offset}`).toISOString()
  return `${utc.slice(0, 19)}.${micros}Z`
}

/** A moment of this clock as the stores keep it: RFC 3339 in UTC with six digits, of which it knows three. */
export function instantOf(date: Date): string {
  return date.toISOString().replace('Z', '000Z')
}

/** The microsecond before a moment. @param moment RFC 3339 in UTC with six digits */
export function justBefore(moment: string): string {
  const micros = BigInt(Date.parse(moment)) * 1000n + BigInt(moment.slice(23, 26)) - 1n
  const digits = String(((micros % 1000n) + 1000n) % 1000n).padStart(3, '0')
  return new Date(Number((micros - BigInt(digits)) / 1000n)).toISOString().replace('Z', `${digits}Z`)
}
