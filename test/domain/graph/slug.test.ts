import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSlugRegister, isKey, keyOf, slugOf } from '../../../src/domain/graph/slug.ts'

describe('slugOf', () => {
  test.each([
    ['Portugal', 'portugal'],
    ['São Tomé & Príncipe', 'sao-tome-principe'],
    ["Côte d'Ivoire", 'cote-divoire'],
    ['Москва', 'moskva'],
    ['東京', 'dongjing'],
    ['Ελλάδα', 'ellada'],
    ['한국', 'hangug'],
    ['😀', 'grinning'],
    ['  --  Hello,  World!  ', 'hello-world'],
  ])('reads %s as %s', (name, slug) => {
    expect(slugOf(name)).toBe(slug)
  })

  test('is a Key for any text at all, lone surrogates included, and the same each time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
        expect(isKey(slugOf(name))).toBe(true)
        expect(slugOf(name)).toBe(slugOf(name))
        expect(slugOf(slugOf(name))).toBe(slugOf(name))
      }),
      { numRuns: 2000 },
    )
    expect(isKey(slugOf('\ud800'))).toBe(true)
  })

  test('gives two names without letters two slugs', () => {
    expect(slugOf('!!!')).not.toBe(slugOf('???'))
  })
})

describe('keyOf', () => {
  test('leaves a Key as it is and keeps the punctuation of what nearly is one', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9][a-z0-9._:/-]{0,199}$/), (key) => {
        expect(keyOf(key)).toBe(key)
      }),
    )
    expect(keyOf('Build:Über/Köln.2')).toBe('build:uber/koln.2')
    expect(keyOf('a_b c')).toBe('a_b-c')
  })
})

describe('createSlugRegister', () => {
  test('never gives a slug twice, keeps the limit, and answers the same again', () => {
    const wishes = fc.array(
      fc.oneof(fc.constantFrom('a', 'a-2', 'a-3', 'x'.repeat(200)), fc.stringMatching(/^[a-c]{1,2}$/)),
    )
    fc.assert(
      fc.property(wishes, (slugs) => {
        const register = createSlugRegister()
        const given = slugs.map((slug) => register.take(slug))
        expect(new Set(given).size).toBe(slugs.length)
        expect(given.every(isKey)).toBe(true)
        const again = createSlugRegister()
        expect(slugs.map((slug) => again.take(slug))).toEqual(given)
      }),
    )
    const register = createSlugRegister(['a'])
    expect([register.take('a'), register.take('a'), register.take('b')]).toEqual(['a-2', 'a-3', 'b'])
  })
})
