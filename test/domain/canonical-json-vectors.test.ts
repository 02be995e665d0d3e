import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../src/domain/json/canonical-json.ts'
import { compareCodePoints } from '../../src/domain/text/code-points.ts'
import { InvalidContentError } from '../../src/domain/constellation/content-issue.ts'
import { hashJson, hashTable } from '../../src/domain/hash.ts'
import { parseJson } from '../../src/domain/json/parse.ts'
import { toRfc3339 } from '../../src/domain/timestamp.ts'
import { validateContent } from '../../src/domain/constellation/validate-content.ts'
import { doubleOf, jcsNumbers, publishedSums } from './jcs-numbers.ts'

describe('RFC 8785', () => {
  // The files of the authors' test data: what goes in as JSON text, and the bytes that must come out.
  test.each([
    [
      'arrays',
      '[\n  56,\n  {\n    "d": true,\n    "10": null,\n    "1": [ ]\n  }\n]',
      '[56,{"1":[],"10":null,"d":true}]',
    ],
    [
      'french',
      '{"peach": "This sorting order", "péché": "is wrong according to French", "pêche": "but canonicalization MUST", "sin": "ignore locale"}',
      '{"peach":"This sorting order","péché":"is wrong according to French","pêche":"but canonicalization MUST","sin":"ignore locale"}',
    ],
    [
      'structures',
      String.raw`{"1": {"f": {"f": "hi","F": 5} ,"\n": 56.0}, "10": { }, "": "empty", "a": { }, "111": [ {"e": "yes","E": "no" } ], "A": { }}`,
      String.raw`{"":"empty","1":{"\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{"E":"no","e":"yes"}],"A":{},"a":{}}`,
    ],
    ['unicode', String.raw`{ "Unnormalized Unicode":"A\u030a" }`, '{"Unnormalized Unicode":"A\u030a"}'],
    [
      'values',
      String.raw`{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001], "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}`,
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    ],
    [
      'weird',
      String.raw`{"\u20ac": "Euro Sign", "\r": "Carriage Return", "\u000a": "Newline", "1": "One", "\u0080": "Control\u007f", "\ud83d\ude02": "Smiley", "\u00f6": "Latin Small Letter O With Diaeresis", "\ufb33": "Hebrew Letter Dalet With Dagesh", "</script>": "Browser Challenge"}`,
      String.raw`{"\n":"Newline","\r":"Carriage Return","1":"One","</script>":"Browser Challenge",` +
        '"\u0080":"Control\u007f","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","\u{1F602}":"Smiley","\uFB33":"Hebrew Letter Dalet With Dagesh"}',
    ],
  ])('file %s', (_name, input, output) => {
    expect(canonicalJson(parseJson(input))).toBe(output)
    expect(canonicalJson(parseJson(output))).toBe(output)
  })

  test('section 3.2.3: members are sorted by their UTF-16 units', () => {
    const given = parseJson(
      String.raw`{"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"}`,
    )
    const texts = canonicalJson(given).match(/(?<=:")[^"]+(?=")/g)
    expect(texts).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ])
  })

  test('section 3.2.4: the bytes are those of the RFC', () => {
    const given = parseJson(
      String.raw`{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001], "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}`,
    )
    expect(Buffer.from(canonicalJson(given)).toString('hex')).toBe(
      '7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b3333333333333333332e333333333333' +
        '332c31652b33302c342e352c302e3030322c31652d32375d2c22737472696e67223a22e282ac245c75303030665c6e412742' +
        '5c225c5c5c5c5c222f227d',
    )
  })

  // Appendix B.
  test.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('appendix B: %s is %s', (hex, text) => {
    const number = doubleOf(BigInt(`0x${hex}`))
    expect(canonicalJson(number)).toBe(text)
    expect(canonicalJson(parseJson(text))).toBe(text)
  })

  test.each(['7fffffffffffffff', '7ff0000000000000', 'fff0000000000000'])(
    'appendix B: %s is an error',
    (hex) => {
      expect(() => canonicalJson(doubleOf(BigInt(`0x${hex}`)))).toThrow('is not a JSON number')
    },
  )

  test('the published sequence of numbers has the published sums', () => {
    const hash = createHash('sha256')
    const sums = new Map(publishedSums)
    let lines = 0
    for (const bits of jcsNumbers()) {
      hash.update(`${bits.toString(16)},${canonicalJson(doubleOf(bits))}\n`)
      const expected = sums.get(++lines)
      if (expected !== undefined) expect([lines, hash.copy().digest('hex')]).toEqual([lines, expected])
      if (lines === 100_000) break
    }
  })
})

describe('what makes hashes lie', () => {
  test('a Date drops microseconds: it is refused, and timestamps keep all six digits', () => {
    const [one, two] = ['2026-11-22 20:00:00.000001+00', '2026-11-22 20:00:00.000002+00']
    expect(new Date(one)).toEqual(new Date(two))
    expect(() => hashJson({ at: new Date(one) })).toThrow('/at')
    expect(hashJson(toRfc3339(one))).not.toBe(hashJson(toRfc3339(two)))
  })

  test('integers beyond 2^53 may become others: their texts are refused, and those that are exact doubles are numbers', () => {
    expect(JSON.parse('9007199254740993')).toBe(9007199254740992)
    expect(() => parseJson('[9007199254740993]')).toThrow(InvalidContentError)
    for (const text of ['9007199254740992', '1e16', '10000000000000000', '-1e300', '9007199254740994'])
      expect(validateContent({ n: parseJson(text) })).toEqual([])
  })

  test('1.0, 1.00 and 1e0 are one number', () => {
    expect(new Set(['1', '1.0', '1.00', '1e0', '10e-1'].map((text) => hashJson(parseJson(text)))).size).toBe(
      1,
    )
    expect(hashJson(parseJson('-0'))).toBe(hashJson(0))
  })

  test('the order of code points, which Postgres sorts by, is not that of UTF-16, which RFC 8785 sorts by', () => {
    const [emoji, ligature] = ['\u{1F600}', '\uFB33']
    expect(emoji < ligature).toBe(true)
    expect(compareCodePoints(emoji, ligature)).toBe(1)
    expect(canonicalJson({ [ligature]: 1, [emoji]: 2 })).toBe(`{"${emoji}":2,"${ligature}":1}`)
  })

  test('lone surrogates would become U+FFFD in silence: they are refused, by the library too', () => {
    expect(Buffer.from('\ud800').toString()).toBe('\ufffd')
    expect(() => canonicalJson('\ud800')).toThrow('lone surrogate')
    expect(() => canonicalize({ a: '\udc00' })).toThrow()
    expect(validateContent({ a: '\ud800' })).toMatchObject([{ pointer: '/a', rule: 'text.surrogate' }])
    expect(() => parseJson(String.raw`"\ud800"`)).toThrow('lone surrogate')
  })

  test('NUL, which Postgres cannot hold, is a problem with a place', () => {
    expect(validateContent({ 'a\0': 'b\0' })).toMatchObject([
      { pointer: '/a\0', rule: 'text.nul' },
      { pointer: '/a\0', rule: 'text.nul' },
    ])
  })

  test('texts that look alike are two: nothing is normalised', () => {
    expect(hashJson('é')).not.toBe(hashJson('e\u0301'))
  })

  test('an exclusive or of row hashes would lose a row that is there twice; ours does not', () => {
    const row = hashJson({ a: 1 })
    expect(hashTable([row, row])).not.toBe(hashTable([]))
  })

  test('a member of no value is no member that is null', () => {
    expect(hashJson({ a: null })).not.toBe(hashJson({}))
    expect(() => hashJson({ a: undefined })).toThrow('/a')
  })
})
