import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sortNodes } from '../../../src/graph/walks/sort-nodes.ts'

describe('sortNodes', () => {
  it('sorts what lies between two places, however much it is, and leaves the rest', () => {
    const counts = fc.constantFrom(1, 2, 63, 64, 65, 4096, 4097, 300_000)
    fc.assert(
      fc.property(
        counts,
        fc.nat(500),
        fc.nat(9),
        fc.infiniteStream(fc.nat()),
        (nodeCount, size, around, lot) => {
          const nodes = Uint32Array.from({ length: size + 2 * around }, () => lot.next().value! % nodeCount)
          const expected = [...nodes]
          const sorted = expected.slice(around, around + size).sort((left, right) => left - right)
          expected.splice(around, size, ...sorted)
          sortNodes(nodes, around, around + size, new Uint32Array(size), nodeCount)
          expect([...nodes]).toEqual(expected)
        },
      ),
      { numRuns: 400 },
    )
  })
})
