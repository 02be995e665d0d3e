import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KeyIndex } from '../../../src/graph/columns/key-index.ts'

const slug = fc.string({ unit: fc.constantFrom(...'ab0._:/-'), maxLength: 6 })

test('rows are found by the bytes of their slugs wherever these lie, and what is no slug is not', () => {
  fc.assert(
    fc.property(fc.uniqueArray(slug, { maxLength: 200 }), slug, fc.nat(3), (slugs, other, before) => {
      const index = new KeyIndex(slugs)
      const find = (text: string) => {
        const bytes = Buffer.from('x'.repeat(before) + text + 'y')
        return index.find(bytes, before, bytes.length - 1)
      }
      expect(slugs.map(find)).toEqual(slugs.map((_, row) => row))
      expect(find(other)).toBe(slugs.indexOf(other))
    }),
  )
})

test('slugs of one hash are told apart', () => {
  // The two have the same FNV-1a.
  const slugs = ['costarring', 'liquid']
  const index = new KeyIndex(slugs)
  for (const [row, text] of slugs.entries()) expect(index.find(Buffer.from(text), 0, text.length)).toBe(row)
  expect(new KeyIndex(['costarring']).find(Buffer.from('liquid'), 0, 6)).toBe(-1)
})
