import { afterAll, beforeAll, expect, it } from 'vitest'
import { foldText } from '../../src/domain/fold.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

/** Latin-1, Latin Extended-A, Greek, Cyrillic, Vietnamese, Hebrew, Arabic, Devanagari, Thai, kana, Han, Hangul. */
const blocks = [
  [0x20, 0x17f],
  [0x386, 0x52f],
  [0x1ea0, 0x1ef9],
  [0x5d0, 0x5ea],
  [0x620, 0x660],
  [0x900, 0x97f],
  [0xe00, 0xe5b],
  [0x3041, 0x30ff],
  [0x4e00, 0x4e80],
  [0xac00, 0xac80],
] as const
/** Kra, and a letter that Unicode no longer recommends. */
const unlike = 'ĸŉ'

it('folds letters in memory as the database does', async () => {
  const letters = blocks
    .flatMap(([from, to]) =>
      Array.from({ length: to - from + 1 }, (_, at) => String.fromCodePoint(from + at)),
    )
    .filter((letter) => /[\p{L}\p{N}\p{M}]/u.test(letter) && !unlike.includes(letter))
  const texts = letters.map((letter) => `A${letter}É`)
  const { rows } = await database.pool.query<{ text: string; folded: string }>(
    'SELECT t AS text, kb_fold(t) AS folded FROM unnest($1::text[]) AS t',
    [texts],
  )
  expect(rows.map(({ text }) => [text, foldText(text)])).toEqual(
    rows.map(({ text, folded }) => [text, folded]),
  )
})
