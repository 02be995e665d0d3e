import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../../src/domain/json/canonical-json.ts'
import { compareCodePoints } from '../../../src/domain/text/code-points.ts'
import { hashEdge, hashEntity, hashRecipe, orientEdge } from '../../../src/domain/graph/content-hash.ts'
import type { EntityContent } from '../../../src/domain/graph/graph-content.ts'
import { hashGraph, hashJson, hashTable, sha256Hex } from '../../../src/domain/hash.ts'
import { findJsonFault, maximumJsonDepth } from '../../../src/domain/json/value.ts'

describe('canonicalJson', () => {
  test('writes the example of RFC 8785, section 3.2.2', () => {
    const value = {
      numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    }
    expect(canonicalJson(value)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    )
  })

  test('does not depend on the order of members and survives a parse', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = canonicalJson(value)
        expect(canonicalJson(JSON.parse(text))).toBe(text)
        expect(canonicalJson(reversed(value))).toBe(text)
      }),
    )
  })

  test.each([
    ['a lone surrogate', { a: ['\udead'] }, '/a/0'],
    ['a lone surrogate in a name', { '\ud800': 1 }, 'root'],
    ['NaN', { 'a/b': NaN }, '/a~1b'],
    ['Infinity', [Infinity], '/0'],
    ['a Date, which has lost its microseconds', { at: new Date(0) }, '/at'],
    ['undefined', { a: undefined }, '/a'],
    ['a bigint', 1n, 'root'],
  ])('refuses %s and says where', (_name, value, place) => {
    expect(() => canonicalJson(value)).toThrow(place)
  })

  test('refuses a circle and absurd nesting instead of overflowing the stack', () => {
    const circle: { self?: unknown } = {}
    circle.self = circle
    expect(() => canonicalJson(circle)).toThrow(`nested deeper than ${maximumJsonDepth}`)
    expect(() => canonicalJson(JSON.parse('['.repeat(20_000) + ']'.repeat(20_000)))).toThrow('nested deeper')
  })

  test('takes NUL, which only Postgres cannot hold', () => {
    expect(canonicalJson('\0')).toBe(String.raw`"\u0000"`)
    expect(findJsonFault({ a: '\0' })).toEqual({ pointer: '/a', reason: expect.stringContaining('NUL') })
  })
})

describe('hashes', () => {
  test('are SHA-256 in lower-case hexadecimal', () => {
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(sha256Hex(new TextEncoder().encode('abc'))).toBe(sha256Hex('abc'))
    expect(hashJson({ b: 1, a: 2 })).toBe(sha256Hex('{"a":2,"b":1}'))
    expect(hashRecipe('a'.repeat(64), 'w320')).toBe(sha256Hex(`${'a'.repeat(64)}w320`))
    expect(hashGraph({ kb_edges: 'x' })).toBe(hashJson({ kb_edges: 'x' }))
  })

  test('of a table do not depend on the order of rows, but a row twice is not a row once', () => {
    expect(hashTable(['b', 'a'])).toBe(sha256Hex('a\nb'))
    expect(hashTable(['a', 'a'])).not.toBe(hashTable(['a']))
    expect(hashTable(['a', 'a'])).not.toBe(hashTable([]))
  })

  const entity: EntityContent = {
    slug: 'portugal',
    kind: 'country',
    domain: null,
    title: 'Portugal',
    summary: null,
    url: null,
    status: 'PUBLISHED',
    tags: ['b', 'a'],
    attributes: { area: 92090 },
    position: { x: 1, y: 2 },
    weight: 0.5,
  }

  test('of an entity move with each of its fields, but not with the order or repetition of tags', () => {
    const base = hashEntity(entity)
    expect(hashEntity({ ...entity, tags: ['a', 'b', 'a'] })).toBe(base)
    const changes: Partial<EntityContent>[] = [
      { slug: 'p' },
      { kind: 'k' },
      { domain: 'd' },
      { title: 't' },
      { summary: 's' },
      { url: 'https://a.example' },
      { status: 'DRAFT' },
      { tags: ['a'] },
      { attributes: {} },
      { position: null },
      { weight: null },
    ]
    expect(changes.map((change) => Object.keys(change)[0]).sort()).toEqual(Object.keys(entity).sort())
    const hashes = changes.map((change) => hashEntity({ ...entity, ...change }))
    expect(new Set([base, ...hashes]).size).toBe(changes.length + 1)
  })

  test('of entities and edges are those of their canonical JSON, whatever they say', () => {
    const text = fc.string({ unit: 'binary' })
    const number = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }))
    const attributes = fc.dictionary(text, fc.jsonValue({ maxDepth: 2 })) as fc.Arbitrary<
      EntityContent['attributes']
    >
    const position = fc.option(
      fc.record({ x: fc.double({ noNaN: true, noDefaultInfinity: true }), y: fc.integer() }),
    )
    const tags = fc.uniqueArray(text).map((all) => all.sort(compareCodePoints))
    fc.assert(
      fc.property(
        text,
        text,
        tags,
        attributes,
        position,
        number,
        (slug, title, someTags, someAttributes, place, weight) => {
          const one = {
            ...entity,
            slug,
            title,
            summary: title,
            tags: someTags,
            attributes: someAttributes,
            position: place,
            weight,
          }
          expect(hashEntity(one)).toBe(hashJson(one))
          const edge = {
            relation: 'r',
            source: slug,
            target: title,
            label: null,
            weight,
            attributes: someAttributes,
          }
          expect(hashEdge(edge)).toBe(hashJson(edge))
        },
      ),
    )
    expect(() => hashEntity({ ...entity, title: '\ud800' })).toThrow('lone surrogate')
    expect(() => hashEntity({ ...entity, weight: NaN })).toThrow('NaN')
  })

  test('of an edge move with each of its fields', () => {
    const edge = { relation: 'r', source: 's', target: 't', label: null, weight: null, attributes: {} }
    const changes = [
      {},
      { relation: 'x' },
      { source: 'x' },
      { target: 'x' },
      { label: 'x' },
      { weight: 1 },
      { attributes: { a: 1 } },
    ]
    expect(new Set(changes.map((change) => hashEdge({ ...edge, ...change }))).size).toBe(changes.length)
  })
})

describe('the order of code points', () => {
  test('is that of UTF-8 bytes, as Postgres has it under COLLATE "C"', () => {
    const wellFormed = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(wellFormed, wellFormed, (left, right) => {
        const bytes = Buffer.compare(Buffer.from(left), Buffer.from(right))
        expect(Math.sign(compareCodePoints(left, right))).toBe(bytes)
      }),
      { numRuns: 2000, examples: [['\u{1F600}', '\uFF01']] },
    )
  })

  test('decides which end of a symmetric edge is the source', () => {
    const edge = { relation: 'borders', source: 'spain', target: 'portugal' }
    expect(orientEdge(edge, true)).toEqual({ relation: 'borders', source: 'portugal', target: 'spain' })
    expect(orientEdge(edge, false)).toBe(edge)
  })
})

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  )
}
