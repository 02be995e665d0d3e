import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JsonWriter } from '../../src/graph/json-writer.ts'
import { TextHeap } from '../../src/graph/columns/text-heap.ts'

function written(write: (out: JsonWriter) => void, capacity = 1): string {
  const out = new JsonWriter(capacity)
  write(out)
  return out.bytes.toString('utf8', 0, out.length)
}

test.each([0, -0, 9, 10, -1, 1e21, 1e-7, 1.5, -2.5e-300, 5e-324, 2 ** 53, NaN, Infinity, -Infinity])(
  'the number %d is written as JSON.stringify writes it',
  (number) => {
    expect(written((out) => out.number(number))).toBe(JSON.stringify(number))
  },
)

test('all numbers are written as JSON.stringify writes them', () => {
  fc.assert(
    fc.property(fc.oneof(fc.double(), fc.integer()), (number) => {
      expect(written((out) => out.number(number))).toBe(JSON.stringify(number))
    }),
  )
})

test('strings of every kind are written as JSON.stringify writes them', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 100 }),
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: fc.constantFrom('\ud800', '\udc00', 'a', '"', '\u2028') }),
  )
  fc.assert(
    fc.property(text, (value) => {
      expect(written((out) => out.string(JSON.stringify(value)))).toBe(JSON.stringify(value))
      if (!value.isWellFormed()) return
      const heap = new TextHeap()
      const address = heap.addText(Buffer.from(value), 0, Buffer.byteLength(value))
      expect(written((out) => out.text(heap, address))).toBe(JSON.stringify(value))
      expect(written((out) => out.unquoted(heap, address))).toBe(JSON.stringify(value).slice(1, -1))
    }),
  )
})

test('null is written for no text, and an empty object for no object', () => {
  const heap = new TextHeap()
  expect(written((out) => out.text(heap, 0))).toBe('null')
  expect(written((out) => out.object(heap, 0))).toBe('{}')
})

test('an object is written with the order of members that JavaScript gives it', () => {
  const heap = new TextHeap()
  const address = heap.addJson(Buffer.from('{"b": 1.10, "10": [1, null], "2": {"x": "é"}, "__proto__": 0}'))
  expect(written((out) => out.object(heap, address))).toBe(
    '{"2":{"x":"é"},"10":[1,null],"b":1.1,"__proto__":0}',
  )
})

test('a hash is written in hexadecimal digits', () => {
  const bytes = Uint8Array.from({ length: 8 }, (_, at) => at * 31)
  expect(written((out) => out.hex(bytes, 2, 3))).toBe(
    `"${Buffer.from(bytes.subarray(2, 5)).toString('hex')}"`,
  )
})

test('what was taken is not written over', () => {
  const out = new JsonWriter(16)
  out.string('first')
  const taken = out.take()
  out.string('other')
  expect(taken.toString()).toBe('first')
  expect(out.length).toBe(5)
})
