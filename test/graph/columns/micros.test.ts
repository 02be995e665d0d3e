import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseMoment } from '../../../src/domain/timestamp.ts'
import { microsToText, textToMicros } from '../../../src/graph/columns/micros.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

/** Microseconds since 1970 and the text with six digits, as PostgreSQL has them. */
async function byDatabase(texts: readonly string[]): Promise<{ micros: string; text: string }[]> {
  const { rows } = await database.pool.query<{ micros: string; text: string }>(
    `SELECT (extract(epoch FROM t::timestamptz) * 1000000)::int8::text AS micros,
       to_char(t::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS text
     FROM unnest($1::text[]) WITH ORDINALITY AS moments(t, place) ORDER BY place`,
    [texts],
  )
  return rows
}

const two = (number: number) => String(number).padStart(2, '0')
/** What the scalar DateTime lets through, within the years that doubles hold to the microsecond. */
const anyMoment = fc
  .record({
    day: fc.date({ min: new Date('1700-01-02'), max: new Date('2250-01-01'), noInvalidDate: true }),
    fraction: fc.oneof(
      fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 0, maxLength: 9 }),
      fc.nat(999_999).map((micros) => `${String(micros).padStart(6, '0')}5`),
    ),
    zone: fc.oneof(
      fc.constantFrom('Z', 'z', '+00:00', '-00:00'),
      fc
        .record({ sign: fc.constantFrom('+', '-'), hours: fc.nat(15), minutes: fc.nat(59) })
        .map(({ sign, hours, minutes }) => `${sign}${two(hours)}:${two(minutes)}`),
    ),
    letter: fc.constantFrom('T', 't'),
  })
  .map(
    ({ day, fraction, zone, letter }) =>
      day.toISOString().slice(0, 19).replace('T', letter) + (fraction === '' ? '' : `.${fraction}`) + zone,
  )

test('every moment that is taken is one that PostgreSQL takes as it is handed on', async () => {
  const texts = ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999999Z', '2026-11-28T00:00:00+23:59']
  const moments = texts.map((text) => parseMoment(text)!)
  expect((await byDatabase(moments)).map(({ text }) => text)).toEqual(moments)
})

test('moments are the same number of microseconds in memory and in the database', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyMoment, { minLength: 1, maxLength: 200 }), async (texts) => {
      const expected = await byDatabase(texts)
      const found = texts.map((text) => {
        const micros = textToMicros(parseMoment(text)!)
        return { micros: String(micros), text: microsToText(micros) }
      })
      const different = texts.flatMap((text, at) =>
        JSON.stringify(found[at]) === JSON.stringify(expected[at])
          ? []
          : [{ text, ...found[at], expected: expected[at] }],
      )
      expect(different).toEqual([])
    }),
    { numRuns: 40 },
  )
})

test.each([
  '2024-02-29T23:59:59.999999Z',
  '2024-02-29T23:59:59.9999995Z',
  '2000-02-29T00:00:00Z',
  '1969-12-31T23:59:59.999999Z',
  '1970-01-01T00:00:00.000001+00:00',
  '1999-12-31T23:59:59.1234565-12:00',
  '2026-01-01T00:00:00.0000005Z',
])('%s is the moment that PostgreSQL takes it for', async (text) => {
  const [expected] = await byDatabase([text])
  expect(parseMoment(text)).toBe(expected!.text)
  expect(String(textToMicros(parseMoment(text)!))).toBe(expected!.micros)
})
