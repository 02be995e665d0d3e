import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../../../src/domain/json/value.ts'
import { mergeThreeWay } from '../../../src/domain/json/merge-three-way.ts'

const a = { id: 'a' }
const b = { id: 'b' }
const c = { id: 'c' }

describe('mergeThreeWay', () => {
  test.each<[string, JsonValue, JsonValue, JsonValue, JsonValue | undefined]>([
    ['members that one of them changed', { x: 1, y: 1 }, { x: 2, y: 1 }, { x: 1, y: 3 }, { x: 2, y: 3 }],
    ['the same change twice', { x: 1 }, { x: 2 }, { x: 2 }, { x: 2 }],
    ['what each added', {}, { x: 1 }, { y: 2 }, { y: 2, x: 1 }],
    ['what one removed and the other left', { x: 1, y: 1 }, { y: 1 }, { x: 1, y: 2 }, { y: 2 }],
    [
      'a member that became __proto__',
      {},
      JSON.parse('{"__proto__":1}') as JsonValue,
      { y: 1 },
      JSON.parse('{"y":1,"__proto__":1}') as JsonValue,
    ],
    ['items told apart by their ids', [a, b], [{ ...a, n: 1 }, b, c], [{ ...b, n: 2 }], undefined],
    [
      'items of which each changed one',
      [a, b],
      [{ ...a, n: 1 }, b, c],
      [a, { ...b, n: 2 }],
      [{ ...a, n: 1 }, { ...b, n: 2 }, c],
    ],
    ['an item that one removed', [a, b], [b], [a, b, c], [b, c]],
    ['plain lists that one changed', [1, 2], [1], [1, 2], [1]],
    ['two values for one member', { x: 1 }, { x: 2 }, { x: 3 }, undefined],
    ['a change of what the other removed', { x: { y: 1 } }, { x: { y: 2 } }, {}, undefined],
    ['plain lists that both changed', [1, 2], [1], [2], undefined],
    ['a new order against other changes', [a, b], [b, a], [a, b, c], undefined],
  ])('%s', (_name, base, yours, theirs, merged) => {
    const found = mergeThreeWay(base, yours, theirs)
    expect(JSON.stringify(found)).toBe(JSON.stringify(merged))
  })

  test('takes the one change where there is only one', () => {
    const value = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>
    fc.assert(
      fc.property(value, value, (base, changed) => {
        expect(mergeThreeWay(base, changed, base)).toEqual(changed)
        expect(mergeThreeWay(base, base, changed)).toEqual(changed)
        expect(mergeThreeWay(base, changed, changed)).toEqual(changed)
      }),
    )
  })
})
