import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { foldText, spaceWords } from '../../src/domain/text/fold.ts'
import { placeWords } from '../../src/domain/text/word-places.ts'
import { parseWords } from '../../src/domain/text/word-query.ts'
import { applySchemaMigrations } from '../../src/database/schema/apply-migrations.ts'
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

/** Uniform blocks (ideographs, syllables, unassigned) are sampled at 1 %. */
const alike = [
  [0x3400, 0x9fff],
  [0xac00, 0xd7a3],
  [0xe000, 0xf8ff],
  [0x20000, 0xdffff],
  [0xe0200, 0x10ffff],
] as const
/** All others, except NUL, which PostgreSQL cannot store, and surrogates. */
const characters = Array.from({ length: 0x110000 }, (_, code) => code)
  .filter((code) => code > 0 && (code < 0xd800 || code > 0xdfff))
  .filter((code) => code % 100 === 0 || !alike.some(([from, to]) => code >= from && code <= to))
  .map((code) => String.fromCodePoint(code))
/** Characters that are split, joined, inflected or have variants. */
const parts = [
  ...['Σ', 'σ', 'ς', 'ß', 'ẞ', 'İ', 'ı', 'i̇', 'ﬁ', 'ǅ', 'Ꭰ', 'ꭰ', 'Ა', 'й', 'и', 'ё', 'а́', 'é', 'e\u0301'],
  ...[
    '’',
    "'",
    'ʼ',
    '´',
    '–',
    '-',
    '«',
    '»',
    '"',
    '/',
    '.',
    '_',
    ':',
    '@',
    ' ',
    '\u00a0',
    '\u200b',
    '\u00ad',
  ],
  ...[
    '1',
    '9',
    '½',
    '①',
    '٣',
    'e',
    'a',
    's',
    'or',
    'the',
    'क्ष',
    'ี',
    'ガ',
    'ｶﾞ',
    '각',
    '가',
    '北',
    '，',
    '😀',
    '㎏',
  ],
]
const text = fc
  .array(fc.oneof(fc.constantFrom(...parts), fc.string({ unit: 'grapheme', maxLength: 3 })), {
    maxLength: 12,
  })
  .map((some) => some.join('').toWellFormed().replaceAll('\0', ''))

interface Row {
  readonly text: string
  readonly folded: string
  readonly spaced: string
  readonly places: number
  /** Whether both use the same version of Unicode. */
  readonly same: boolean
}
async function ask(texts: readonly string[]): Promise<Row[]> {
  const { rows } = await database.pool.query<Row & { nfkd: string }>(
    `SELECT t AS text, normalize(t, NFKD) AS nfkd, f AS folded, kb_spaced(f) AS spaced,
       coalesce((SELECT max(place) FROM unnest(kb_lexemes(f)) AS w(l, places, ws), unnest(places) AS place), 0)::int AS places
     FROM (SELECT t, kb_fold(t) AS f FROM unnest($1::text[]) AS t OFFSET 0) x`,
    [texts],
  )
  return rows.map(({ nfkd, ...row }) => ({ ...row, same: nfkd === row.text.normalize('NFKD') }))
}

describe('memory and database', () => {
  it('fold every character identically, agree on word characters, and fold idempotently', async () => {
    const unlike: Row[] = []
    // In groups of sixteen: a query per character would take minutes.
    const groups = Array.from({ length: Math.ceil(characters.length / 16) }, (_, at) =>
      characters
        .slice(at * 16, at * 16 + 16)
        .map((character) => `a${character}É`)
        .join(' '),
    )
    for (let at = 0; at < groups.length; at += 10_000)
      for (const row of await ask(groups.slice(at, at + 10_000))) {
        const folded = foldText(row.text)
        const isLike = row.folded === folded && ` ${row.spaced} ` === spaceWords(folded)
        if (row.same && (!isLike || foldText(folded) !== folded)) unlike.push(row)
      }
    expect(unlike).toEqual([])
  }, 120_000)

  it('fold and split random texts identically, with the same word positions', async () => {
    const texts = fc.sample(text, 3000)
    for (const row of await ask(texts)) {
      const folded = foldText(row.text)
      expect(row.folded, row.text).toBe(folded)
      expect(` ${row.spaced} `, row.text).toBe(spaceWords(folded))
      expect(foldText(folded), row.text).toBe(folded)
      const words = spaceWords(folded).split(' ').filter(Boolean)
      expect(row.places, row.text).toBeLessThanOrEqual(words.length)
      const places = placeWords(row.text)
      expect(
        places.map(({ word }) => word),
        row.text,
      ).toEqual(words)
      for (const { start, end } of places) expect(start).toBeLessThan(end)
    }
  })

  it('ignore the same words in a query', async () => {
    const { rows } = await database.pool.query<{ word: string; isStopped: boolean }>(
      `SELECT word, kb_phrase(word) IS NULL AS "isStopped" FROM unnest($1::text[]) AS word`,
      [`${spaceWords('the of an and about own yours land o s t i a b don should y')}`.trim().split(' ')],
    )
    expect(rows.map(({ word }) => [word, parseWords(word).length === 0])).toEqual(
      rows.map(({ word, isStopped }) => [word, isStopped]),
    )
    expect(rows.filter(({ isStopped }) => isStopped)).toHaveLength(13)
  })
})

it('split words the same in any locale', async () => {
  const { pool } = database
  const texts = [
    'TCP/IP node.js a@b.org /usr/bin 1e5x 0e0a café’s',
    ...fc.sample(text, 300),
    'Ἀθῆναι — Київ й ё क्षेत्र ไทย 北京、上海',
  ]
  const here = await pool.query('SELECT kb_words(t, $2)::text AS words FROM unnest($1::text[]) AS t', [
    texts,
    'A',
  ])
  for (const locale of [
    `LOCALE_PROVIDER libc LOCALE 'C'`,
    `LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR' LOCALE 'C'`,
  ]) {
    const other = await createEmptyDatabase(locale)
    try {
      await applySchemaMigrations(other.pool)
      const there = await other.pool.query(
        'SELECT kb_words(t, $2)::text AS words FROM unnest($1::text[]) AS t',
        [texts, 'A'],
      )
      expect(there.rows, locale).toEqual(here.rows)
    } finally {
      await other.drop()
    }
  }
})
