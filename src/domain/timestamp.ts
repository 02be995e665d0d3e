const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,30}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/
const microsOfSecond = 1_000_000

/** Whole seconds since 1970, and microseconds. */
interface Moment {
  readonly seconds: number
  readonly micros: number
}

/**
 * The only definition of timestamps that clients and operators may write: RFC 3339 with a zone of at most
 * ±23:59, a valid date, in UTC within the years 1 to 9999. Rounds to microseconds as PostgreSQL does. No leap
 * seconds, which neither PostgreSQL nor JavaScript supports.
 * @returns UTC with six digits; null if invalid
 * @example parseMoment('2026-11-28T00:00:00+16:00') // '2026-11-27T08:00:00.000000Z'
 */
export function parseMoment(text: string): string | null {
  const moment = readMoment(text)
  return moment === null ? null : writeMoment(moment)
}

export function parseMomentOrDay(text: string): string | null {
  return parseMoment(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text)
}

export const momentForm =
  'RFC 3339 with a zone, a day of the calendar in the years 1 to 9999, for example 2026-11-22T20:00:00Z'

function readMoment(text: string): Moment | null {
  const match = rfc3339.exec(text)
  if (match === null) return null
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const [, , , , , , , fraction = '', sign, zoneHour = '0', zoneMinute = '0'] = match
  if (hour > 23 || minute > 59 || second > 59 || Number(zoneHour) > 23 || Number(zoneMinute) > 59) return null
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || year === 0) return null
  const offset = (Number(zoneHour) * 60 + Number(zoneMinute)) * (sign === '-' ? -60 : 60)
  const micros = roundHalfToEven(Number(`0.${fraction || '0'}`) * microsOfSecond)
  const seconds = date.getTime() / 1000 + hour * 3600 + minute * 60 + second - offset
  return micros < microsOfSecond ? { seconds, micros } : { seconds: seconds + 1, micros: 0 }
}

function writeMoment({ seconds, micros }: Moment): string | null {
  const text = new Date(seconds * 1000).toISOString()
  if (text.length !== 24 || text.startsWith('0000')) return null
  return `${text.slice(0, 19)}.${String(micros).padStart(6, '0')}Z`
}

/** As C's `rint`, which PostgreSQL rounds with. */
function roundHalfToEven(number: number): number {
  const down = Math.floor(number)
  const rest = number - down
  if (rest === 0.5) return down % 2 === 0 ? down : down + 1
  return rest < 0.5 ? down : down + 1
}

/**
 * RFC 3339 in UTC from a Postgres timestamptz text, with the microseconds that a JS `Date` would drop.
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

/** RFC 3339 in UTC with six digits, of which a `Date` knows three. */
export function instantOf(date: Date): string {
  return date.toISOString().replace('Z', '000Z')
}

export function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10)
}

export function justBefore(moment: string): string {
  const micros = BigInt(Date.parse(moment)) * 1000n + BigInt(moment.slice(23, 26)) - 1n
  const digits = String(((micros % 1000n) + 1000n) % 1000n).padStart(3, '0')
  return new Date(Number((micros - BigInt(digits)) / 1000n)).toISOString().replace('Z', `${digits}Z`)
}
