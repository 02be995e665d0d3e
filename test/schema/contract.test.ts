import { readFileSync } from 'node:fs'
import { buildSchema } from 'graphql'
import { describe, expect, it } from 'vitest'
import { additional, missing } from './contract-gaps.ts'
import { factsOf } from './coordinates.ts'

const read = (path: string) => buildSchema(readFileSync(new URL(path, import.meta.url), 'utf8'))
const contract = factsOf(read('./contract.graphql'))
const ours = factsOf(read('../../schema.graphql'))

function isListed(list: Readonly<Record<string, string>>, coordinate: string): boolean {
  const owner = coordinate.split(/[. (]/)[0]!
  const field = coordinate.split('(')[0]!
  return coordinate in list || owner in list || field in list
}

/** Differences from the contract that no list explains. */
function differences(facts: Map<string, string>): string[] {
  return [
    ...[...contract].flatMap(([coordinate, fact]) => {
      const found = facts.get(coordinate)
      if (found === undefined) return isListed(missing, coordinate) ? [] : [`missing ${coordinate}`]
      return found === fact ? [] : [`${coordinate} is ${found}, not ${fact}`]
    }),
    ...[...facts.keys()].flatMap((coordinate) =>
      contract.has(coordinate) || isListed(additional, coordinate) ? [] : [`additional ${coordinate}`],
    ),
  ]
}

describe('the printed schema', () => {
  it('matches the contract except for the listed gaps', () => {
    expect(differences(ours)).toEqual([])
  })

  it('lists no gap that is closed or never existed', () => {
    const stale = Object.keys(missing).filter(
      (coordinate) => ours.has(coordinate) || !contract.has(coordinate),
    )
    const wrong = Object.keys(additional).filter(
      (coordinate) => !ours.has(coordinate) || contract.has(coordinate),
    )
    expect([...stale, ...wrong]).toEqual([])
  })

  it.each([
    ['a renamed field', 'Entity.title', undefined],
    ['a retyped field', 'Entity.title', 'String'],
    ['a changed default', 'Entity.edges(direction:)', 'TraversalDirection! = OUT'],
    ['a lost directive', '@semanticNonNull', undefined],
  ])('is held to it: %s is seen', (_, coordinate, fact) => {
    const planted = new Map(ours)
    if (fact === undefined) planted.delete(coordinate)
    else planted.set(coordinate, fact)
    expect(differences(planted)).toHaveLength(1)
  })
})
