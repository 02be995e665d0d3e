import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../../src/domain/json/canonical-json.ts'
import { InvalidContentError } from '../../../src/domain/constellation/content-issue.ts'
import { isExactNumber } from '../../../src/domain/json/exact-number.ts'
import { parseJson } from '../../../src/domain/json/parse.ts'

function issuesOf(text: string) {
  try {
    parseJson(text)
    return []
  } catch (error) {
    if (!(error instanceof InvalidContentError)) throw error
    return error.issues.map(({ pointer, rule }) => `${rule} at ${pointer || 'root'}`)
  }
}

describe('parseJson', () => {
  test('gives what JSON.parse gives where nothing is lost', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(0, 1, '\t'), (value, space) => {
        const text = JSON.stringify(value, null, space)
        expect(parseJson(text)).toEqual(JSON.parse(text))
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['an integer beyond 2^53', '{"a":{"b/c":[1,9007199254740993]}}', ['number.exact at /a/b~1c/1']],
    ['a negative one', '[-9007199254740993]', ['number.exact at /0']],
    ['one with a fraction of nothing', '9007199254740993.0', ['number.exact at root']],
    ['one written with an exponent', '9.007199254740993e15', ['number.exact at root']],
    ['Infinity by overflow', '{"a":1e400}', ['number.exact at /a']],
    ['a lone surrogate by escape', String.raw`{"a":"\ud800"}`, ['text.surrogate at /a']],
    ['a lone surrogate as it is', `{"a":"x${'\udc00'}"}`, ['text.surrogate at /a']],
    ['a lone surrogate in a name', String.raw`{"\udead":1}`, ['text.surrogate at /\udead']],
    [
      'a name twice',
      '{"a":1,"b":{"x":1,"y":2,"x":3},"a":2}',
      ['json.duplicate at /b/x', 'json.duplicate at /a'],
    ],
    ['a name twice, once by escape', String.raw`{"a":1,"\u0061":2}`, ['json.duplicate at /a']],
    ['no JSON', '{"a":}', ['json.syntax at root']],
    ['nothing', '', ['json.syntax at root']],
  ])('refuses %s and says where', (_name, text, issues) => {
    expect(issuesOf(text)).toEqual(issues)
  })

  test('lists all problems, not only the first', () => {
    const text = String.raw`[9007199254740993,{"k":["\ud800",1e999]},{"k":1,"k":1}]`
    expect(issuesOf(text)).toEqual([
      'number.exact at /0',
      'text.surrogate at /1/k/0',
      'number.exact at /1/k/1',
      'json.duplicate at /2/k',
    ])
  })

  test('refuses absurd nesting without overflowing the stack', () => {
    expect(issuesOf('['.repeat(100) + ']'.repeat(100))).toEqual([])
    expect(issuesOf('['.repeat(101) + ']'.repeat(101))).toEqual([`json.depth at ${'/0'.repeat(100)}`])
    expect(issuesOf('['.repeat(20_000) + ']'.repeat(20_000)).length).toBeGreaterThan(0)
  })

  test('is not led astray by what looks like structure inside of texts', () => {
    expect(parseJson(String.raw`{"a\\":"}\"{[,:1e999\\\"","b":[-0,"\\"]}`)).toEqual({
      'a\\': '}"{[,:1e999\\"',
      b: [-0, '\\'],
    })
    expect(Object.keys(parseJson('{"__proto__":{"a":1}}') as object)).toEqual(['__proto__'])
  })

  test('takes every double that it has written itself', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(isExactNumber(JSON.stringify(number))).toBe(true)
        // As Postgres writes it, digit by digit.
        const digits = Number.isInteger(number)
          ? BigInt(
              JSON.stringify(number).replace(
                /^(-?)(\d)(?:\.(\d+))?e\+(\d+)$/,
                (_, sign: string, head: string, tail = '', power: string) =>
                  `${sign}${head}${tail}${'0'.repeat(Number(power) - String(tail).length)}`,
              ),
            ).toString()
          : '0'
        expect(isExactNumber(digits)).toBe(true)
      }),
      { numRuns: 2000, examples: [[1e21], [2 ** 53], [1.7976931348623157e308], [5e-324], [-0]] },
    )
    expect(canonicalJson(parseJson('1000000000000000000000'))).toBe('1e+21')
  })
})
