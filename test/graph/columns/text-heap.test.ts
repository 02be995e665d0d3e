import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TextHeap } from '../../../src/graph/columns/text-heap.ts'

const anyText = fc.string({ unit: 'grapheme', maxLength: 400 })

function add(heap: TextHeap, text: string): number {
  const bytes = Buffer.from(`..${text}..`)
  return heap.addText(bytes, 2, bytes.length - 2)
}

function copied(heap: TextHeap, address: number): string {
  const out = Buffer.alloc(heap.lengthOf(address) + 3, '#')
  const end = heap.copyTo(address, out, 2)
  expect(end).toBe(out.length - 1)
  expect(out[1]).toBe(0x23)
  expect(out.at(-1)).toBe(0x23)
  return out.toString('utf8', 2, end)
}

test('a text comes back as JSON.stringify would write it, whatever its escapes', () => {
  const heap = new TextHeap()
  fc.assert(
    fc.property(anyText, (text) => {
      const address = add(heap, text)
      expect(address).toBeGreaterThan(0)
      expect(heap.json(address)).toBe(JSON.stringify(text))
      expect(copied(heap, address)).toBe(JSON.stringify(text))
      expect(heap.text(address)).toBe(text)
    }),
  )
})

test.each(['', '"', '\\', '\n', '\u0001', '\u007f', '\u2028', '😀', '\\u0041', 'é'.repeat(3)])(
  'the text %j is kept as it is',
  (text) => {
    const heap = new TextHeap()
    expect(heap.text(add(heap, text))).toBe(text)
  },
)

test('the address 0 is null and no text has it', () => {
  const heap = new TextHeap()
  expect(heap.text(0)).toBeNull()
  expect(add(heap, '')).toBeGreaterThan(0)
})

test('lengths around the short form of a header are told apart', () => {
  const heap = new TextHeap()
  const lengths = [38, 39, 40, 41, 252, 253, 254, 255, 256, 257, 65_535, 65_536, 70_000]
  const texts = lengths.map((length) => 'x'.repeat(length - 2))
  const addresses = texts.map((text) => add(heap, text))
  for (const [at, address] of addresses.entries()) {
    expect(heap.lengthOf(address)).toBe(lengths[at])
    expect(heap.text(address)).toBe(texts[at])
    expect(copied(heap, address)).toBe(JSON.stringify(texts[at]))
  }
})

test('texts at the borders of many chunks all come back, before and after the chunks were kept', () => {
  const heap = new TextHeap()
  const texts = Array.from({ length: 3000 }, (_, at) => `${at} ${'é"\\'.repeat(at % 97)}`)
  const addresses = texts.map((text) => add(heap, text))
  expect(heap.chunks().length).toBeGreaterThan(3)
  expect(addresses.map((address) => heap.text(address))).toEqual(texts)
  const kept = TextHeap.of(heap.chunks().map((chunk) => Buffer.from(chunk)))
  expect(addresses.map((address) => kept.text(address))).toEqual(texts)
  const more = add(kept, 'added later')
  expect(kept.text(more)).toBe('added later')
  expect(addresses.map((address) => kept.text(address))).toEqual(texts)
  expect(() => heap.text(more)).toThrow()
})

test('a text longer than a chunk has one of its own', () => {
  const heap = new TextHeap()
  const before = add(heap, 'before')
  const long = 'y'.repeat((1 << 24) + 10)
  const address = add(heap, long)
  const after = add(heap, 'after')
  expect(heap.text(address) === long).toBe(true)
  expect([heap.text(before), heap.text(after)]).toEqual(['before', 'after'])
})

test('a full heap says so, and what it holds stays', () => {
  const heap = TextHeap.of(Array.from({ length: 256 }, () => Buffer.from([3, 0x22, 0x61, 0x22])))
  expect(heap.text(7 << 24)).toBe('a')
  expect(() => add(heap, 'more')).toThrow('4 GiB')
  expect(heap.text(7 << 24)).toBe('a')
})
