import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { attributeSchemaFaults, attributeSchemaIssues } from '../../../src/domain/json/attribute-schema.ts'
import { isMultipleOf } from '../../../src/domain/json/exact-number.ts'
import type { JsonObject } from '../../../src/domain/json/value.ts'
import { createSchemaEngine } from '../../../src/domain/json/schema-engine.ts'

const rulesOf = (schema: JsonObject, attributes: JsonObject) =>
  attributeSchemaIssues(schema, attributes, '/attributes').map(({ pointer, rule }) => `${pointer} ${rule}`)

/** Each of these takes minutes, or no end, where nothing bounds it. */
describe('no schema and no attributes hold the thread', () => {
  test.each(['^(\\w+\\s?)*$', '^(a+)+$', '(x+x+)+y', '^(([a-z])+.)+[A-Z]([a-z])+$', '^(.*a){20}$'])(
    'the pattern %s ends on any text',
    (pattern) => {
      const schema = { properties: { note: { pattern } }, patternProperties: { [pattern]: {} } }
      for (const text of [
        `${'constitutionalmonarchyofnorth'.repeat(50)}.`,
        `${'a'.repeat(2000)}!`,
        `${'x'.repeat(2000)}?`,
      ])
        expect(rulesOf(schema, { note: text })).toEqual(
          expect.arrayContaining(['/attributes/note attributes.pattern']),
        )
    },
  )

  test.each(Object.keys(createSchemaEngine().formats))('the format %s ends on any text', (format) => {
    const schema = { properties: { list: { items: { format } } } }
    const texts = [
      'a',
      '1',
      '-',
      '.',
      ':',
      '%41',
      'a.',
      'a-',
      '1M',
      '{a}',
      '/',
      '\\',
      'Å',
      '[::',
      ':a@',
      '0:',
    ]
    for (const text of texts)
      for (const [before, after] of [
        ['', '!'],
        ['http://', '\n'],
        ['a@', ' '],
        ['P', 'X'],
      ] as const)
        rulesOf(schema, { list: [before + text.repeat(100_000) + after, before + text.repeat(700) + after] })
  })

  test.each(['$defs', 'x-own'])(
    'references that double at each step end as a problem of cost, kept in %s',
    (place) => {
      const both = (to: string) => ({ anyOf: [{ $ref: to }, { $ref: to }] })
      const steps = Array.from({ length: 40 }, (_, at) => [`d${at}`, both(`#/${place}/d${at + 1}`)] as const)
      const schema = {
        [place]: { ...Object.fromEntries(steps), d40: { type: 'string' } },
        $ref: `#/${place}/d0`,
      }
      expect(rulesOf(schema, {})).toEqual(['/attributes attributes.cost'])
    },
  )

  test('a schema that leads back to itself ends as a problem of cost', () => {
    expect(rulesOf({ $ref: '#' }, {})).toEqual(['/attributes attributes.cost'])
    expect(rulesOf({ allOf: [{ $dynamicRef: '#' }] }, {})).toEqual(['/attributes attributes.cost'])
  })

  test('long lists are compared once with what they may not repeat and may be', () => {
    const list = Array.from({ length: 60_000 }, (_, id) => ({ id }))
    expect(rulesOf({ properties: { list: { uniqueItems: true } } }, { list })).toEqual([])
    expect(rulesOf({ properties: { list: { uniqueItems: true } } }, { list: [...list, { id: 7 }] })).toEqual([
      '/attributes/list attributes.uniqueItems',
    ])
    const allowed = Array.from({ length: 5000 }, (_, at) => `word ${at}`)
    const words = { properties: { list: { items: { enum: allowed } } } }
    expect(rulesOf(words, { list: ['word 4999', 'word 5000'] })).toEqual([
      '/attributes/list/1 attributes.enum',
    ])
    expect(rulesOf(words, { list: Array.from({ length: 60_000 }, () => 'none') })).toEqual([
      '/attributes attributes.cost',
    ])
  })

  test('an honest entity is far from costing too much', () => {
    const schema = {
      type: 'object',
      required: ['code'],
      properties: {
        code: { type: 'string', pattern: '^[A-Z]{2,3}$' },
        site: { format: 'uri' },
        names: { type: 'array', uniqueItems: true, items: { type: 'string', pattern: '^\\S.{0,199}$' } },
      },
    }
    const names = Array.from({ length: 40 }, (_, at) => `a name in some language ${at}`)
    expect(rulesOf(schema, { code: 'PT', site: 'https://pt.example/', names })).toEqual([])
  })
})

describe('a schema means what JSON Schema says', () => {
  test.each([
    [19.99, 0.01, true],
    [0.3, 0.1, true],
    [1e21, 0.01, true],
    [1e300, 1e-300, true],
    [-4.35, 0.05, true],
    [0, 0.01, true],
    [19.995, 0.01, false],
    [1, 3, false],
    [1e-7, 0.01, false],
    [7, 1e22, false],
  ])('%d as a multiple of %d: %s', (number, of, isOne) => {
    expect(isMultipleOf(number, of)).toBe(isOne)
    expect(rulesOf({ properties: { price: { multipleOf: of } } }, { price: number })).toEqual(
      isOne ? [] : ['/attributes/price attributes.multipleOf'],
    )
  })

  test('a number of whole cents is a multiple of a cent', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), (cents) => {
        expect(isMultipleOf(Number(`${cents}e-2`), 0.01)).toBe(true)
      }),
    )
  })

  test('names that every object inherits are no properties', () => {
    const names = ['constructor', 'toString', 'hasOwnProperty', '__proto__', 'valueOf']
    const own = JSON.parse(`{${names.map((name) => `"${name}":1`).join()}}`) as JsonObject
    expect(rulesOf({ required: names }, {})).toHaveLength(names.length)
    expect(rulesOf({ required: names }, own)).toEqual([])
    expect(rulesOf({ properties: { constructor: { type: 'string' }, toString: false } }, {})).toEqual([])
    expect(rulesOf({ additionalProperties: false, properties: { a: true } }, { toString: 1 })).toEqual([
      '/attributes attributes.additionalProperties',
    ])
    expect(rulesOf({ dependentRequired: { constructor: ['a'] } }, {})).toEqual([])
  })

  test.each<[JsonObject, JsonObject, string[]]>([
    [{ properties: { a: { pattern: '^\\p{Script=Greek}+$' } } }, { a: 'αβγ' }, []],
    [
      { properties: { a: { pattern: '^\\p{sc=Greek}+$' } } },
      { a: 'abc' },
      ['/attributes/a attributes.pattern'],
    ],
    [{ properties: { a: { pattern: '^\\u{1F600}$' } } }, { a: '😀' }, []],
    [{ properties: { a: { pattern: '^.$' } } }, { a: '😀' }, []],
    [{ properties: { a: { pattern: 'b' } } }, { a: 'abc' }, []],
    [{ properties: { a: { format: 'date-time' } } }, { a: '2026-11-28T00:00:00+16:00' }, []],
    [
      { properties: { a: { format: 'date-time' } } },
      { a: '2026-11-31T00:00:00Z' },
      ['/attributes/a attributes.format'],
    ],
    [{ properties: { a: { format: 'email' } } }, { a: 'ada@example.com' }, []],
    [{ properties: { a: { const: { x: [1] } } } }, { a: { x: [1] } }, []],
    [{ properties: { a: { enum: [null, 1] } } }, { a: '1' }, ['/attributes/a attributes.enum']],
    [{ $defs: { n: { $anchor: 'n', type: 'number' } }, properties: { a: { $ref: '#n' } } }, { a: 1 }, []],
    [{ $defs: { 'a/b': true }, $ref: '#/$defs/a~1b', $id: 'https://a.example/s' }, {}, []],
    [
      { properties: { a: false, b: { $ref: '#/properties/a' } } },
      { b: 1 },
      ['/attributes/b attributes.false schema'],
    ],
    [{ $async: true, required: ['a'] }, {}, ['/attributes attributes.required']],
    [
      { default: { pattern: '(' }, 'x-note': 1, dependencies: { a: ['b'] } },
      { a: 1 },
      ['/attributes attributes.dependencies'],
    ],
  ])('%j on %j', (schema, attributes, rules) => {
    expect(rulesOf(schema, attributes)).toEqual(rules)
  })

  test('what is allowed is told', () => {
    const [issue] = attributeSchemaIssues({ properties: { a: { enum: ['x', 'y'] } } }, { a: 'z' }, '')
    expect(issue).toMatchObject({ allowed: { allowedValues: ['x', 'y'] } })
  })
})

test.each<[JsonObject, string, string]>([
  [
    { properties: { a: { type: 'strnig' } } },
    '/properties/a/type',
    'must be equal to one of the allowed values',
  ],
  [{ properties: { a: { pattern: '(?=x)y' } } }, '/properties/a/pattern', 'without lookarounds'],
  [{ properties: { a: { pattern: '(a)\\1' } } }, '/properties/a/pattern', 'without lookarounds'],
  [{ properties: { a: { pattern: '(?<x>a)\\k<x>' } } }, '/properties/a/pattern', 'without lookarounds'],
  [{ properties: { a: { pattern: '(' } } }, '/properties/a/pattern', 'is no regular expression'],
  [{ properties: { a: { pattern: '(a{50}){50}' } } }, '/properties/a/pattern', 'repetitions'],
  [{ patternProperties: { 'a/(?!b)': {} } }, '/patternProperties/a~1(?!b)', 'without lookarounds'],
  [{ $schema: 'http://json-schema.org/draft-07/schema#' }, '/$schema', 'another dialect'],
  [{ $ref: '#/$defs/none' }, '/$ref', 'no subschema'],
  [{ properties: { a: { $ref: 'https://a.example/schema' } } }, '/properties/a/$ref', 'no subschema'],
  [{ $ref: '#/properties', properties: {} }, '/$ref', 'no subschema'],
  [{ $dynamicRef: '#none' }, '/$dynamicRef', 'no subschema'],
  [{ $ref: '#/a~2' }, '/$ref', 'no subschema'],
  [{ $ref: '#%' }, '/$ref', 'no subschema'],
  [{ $defs: { a: { $id: 'b' } } }, '/$defs/a/$id', 'below the root'],
  [{ $ref: '#/enum/0', enum: [{ type: 'string' }] }, '/$ref', 'no subschema'],
  [{ required: 'a' }, '/required', 'must be array'],
  [{ allOf: Array.from({ length: 300 }, () => ({})) }, '', 'subschemas'],
  [{ description: 'x'.repeat(70_000) }, '', 'longer than'],
])('%j is not taken, and the place is named', (schema, pointer, message) => {
  const faults = attributeSchemaFaults(schema)
  expect(faults).toContainEqual({ pointer, message: expect.stringContaining(message) })
  const [issue] = attributeSchemaIssues(schema, {}, '/attributes')
  expect(issue).toMatchObject({ pointer: '/attributes', rule: 'attributes.schema' })
  expect(issue!.message).toContain('correct the kind first')
})
