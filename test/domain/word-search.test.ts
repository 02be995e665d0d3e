import { describe, expect, it } from 'vitest'
import { foldText, spaceWords } from '../../src/domain/text/fold.ts'
import { matchWords } from '../../src/domain/text/match-words.ts'
import { createNearness, similarity, trigramsOf } from '../../src/domain/text/trigrams.ts'
import { parseWords } from '../../src/domain/text/word-query.ts'

describe('words of a query', () => {
  const term = (...words: (string | null)[]) => ({ words })

  it('are wanted, excluded, kept together, or begin another alternative', () => {
    expect(parseWords('Ångström -"the end" OR "New York" state-of-art')).toEqual([
      { wanted: [term('angstrom')], excluded: [term('end')] },
      { wanted: [term('new', 'york'), term('state', null, 'art')], excluded: [] },
    ])
  })

  it('say nothing where they are everywhere or no words', () => {
    expect(parseWords('the of')).toEqual([])
    expect(parseWords('"" - or or !?')).toEqual([])
    expect(parseWords('"unclosed quote')).toEqual([{ wanted: [term('unclosed', 'quote')], excluded: [] }])
  })
})

describe('a match of words', () => {
  const match = (query: string, ...fields: string[]) =>
    matchWords(
      parseWords(query),
      fields.map((field) => spaceWords(foldText(field))),
    )

  it('asks for all words, at their beginning, in any field', () => {
    expect(match('spa land', 'Spain', 'spain', 'A land of plains')).not.toBeNull()
    expect(match('pain', 'Spain', 'spain', 'A land of plains')).toBeNull()
    expect(match('lain plain', 'Spain', 'spain', 'A land of plains')).toBeNull()
  })

  it('excludes whole words alone', () => {
    expect(match('land -plain', 'Spain', '', 'A land of plains')).not.toBeNull()
    expect(match('land -plains', 'Spain', '', 'A land of plains')).toBeNull()
    expect(match('-plains', 'Portugal')).toBe(0)
  })

  it('knows the borders of words of any script', () => {
    expect(match('київ', 'Місто Київ')).not.toBeNull()
    expect(match('иїв', 'Місто Київ')).toBeNull()
    expect(match('naïve', 'a NAÏVE, word')).not.toBeNull()
  })

  it('takes what stands between signs as words, and any word in the place of a stop word', () => {
    for (const query of ['ip', 'tcp/ip', 'IP networking', '"tcp ip"', 'networking -host'])
      expect(match(query, 'TCP/IP networking'), query).not.toBeNull()
    expect(match('ip/tcp', 'TCP/IP networking')).toBeNull()
    expect(match('"land of plains"', 'A land in plains')).not.toBeNull()
    expect(match('"land of plains"', 'A land, plains')).toBeNull()
  })

  it('counts more in weightier fields, of whole words, and of short titles', () => {
    const scores = [
      match('spain', 'Spain', '', ''),
      match('spai', 'Spain', '', ''),
      match('spain', 'History of Spain', '', ''),
      match('spain', 'Country', 'spain', ''),
      match('spain', 'Country', '', 'spain'),
    ]
    expect(scores).toEqual(scores.toSorted((a, b) => b! - a!))
    expect(new Set(scores).size).toBe(scores.length)
  })
})

describe('trigrams', () => {
  it('are those of pg_trgm', () => {
    expect([...trigramsOf('cat, tom')].toSorted()).toEqual(
      ['  c', ' ca', 'cat', 'at ', '  t', ' to', 'tom', 'om '].toSorted(),
    )
    // As SELECT similarity('word', 'two words') says.
    expect(similarity(trigramsOf('word'), trigramsOf('two words'))).toBeCloseTo(0.363636, 5)
  })

  it('find the nearest word for each that was asked for', () => {
    expect(createNearness('portugal')('a map of portugal')).toBe(1)
    expect(createNearness('portugla')('portugal')).toBeGreaterThan(0.26)
    expect(createNearness('portugla xyz')('portugal')).toBeCloseTo(createNearness('portugla')('portugal') / 2)
    expect(createNearness('!?')('portugal')).toBe(0)
  })
})
