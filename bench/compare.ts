import { isDeepStrictEqual } from 'node:util'
import type { BenchClient } from './clients/client.ts'
import type { CanonicalQuery } from './queries.ts'
import type { Sample, Samples } from './samples.ts'

/** A contender that can be asked. */
export interface AskedContender {
  readonly client: BenchClient
  /** Sends one request and gives the parsed answer. */
  readonly ask: (request: ReturnType<BenchClient['request']>) => Promise<unknown>
}

/** Contenders that answer differently do different work, so there is nothing to measure. */
export class DifferentAnswers extends Error {
  override name = 'DifferentAnswers'
}

/**
 * Ask all contenders the same and compare what their answers say.
 *
 * @param count how many samples of each query; the first ones, which are drawn by lot
 * @returns how many answers were compared
 * @throws DifferentAnswers that names the query, its variables and the first place where two answers differ, or a query
 *   of which no sample has an answer
 */
export async function compareAnswers(
  contenders: readonly AskedContender[],
  queries: readonly CanonicalQuery[],
  samples: Samples,
  count: number,
): Promise<number> {
  let compared = 0
  for (const { name } of queries) {
    let filled = 0
    for (const sample of samples[name].slice(0, count)) {
      const [first, ...others] = await Promise.all(
        contenders.map(async ({ client, ask }) => ({
          name: client.name,
          facts: client.facts(name, await ask(client.request(name, sample))),
        })),
      )
      for (const other of others) {
        compared++
        const difference = differenceOf(first!.facts, other.facts)
        if (difference !== null)
          throw new DifferentAnswers(describe(name, sample, first!.name, other.name, difference))
      }
      if (!isEmpty(first!.facts)) filled++
    }
    if (filled === 0)
      throw new DifferentAnswers(`${name}: no sample has an answer; the graph is not what the bench expects.`)
  }
  return compared
}

function describe(
  query: string,
  sample: Sample,
  first: string,
  other: string,
  difference: Difference,
): string {
  const [left, right] = [difference.left, difference.right].map(
    (value) => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 300)), // prettier-ignore
  )
  return `${query} with ${JSON.stringify(sample)}: the answers differ at ${difference.path}: ${first} says ${left}, ${other} says ${right}.`
}

interface Difference {
  readonly path: string
  readonly left: unknown
  readonly right: unknown
}

/** The first place where two JSON values differ; the order of members does not matter, that of items does. */
export function differenceOf(left: unknown, right: unknown, path = '$'): Difference | null {
  if (isDeepStrictEqual(left, right)) return null
  if (!isContainer(left) || !isContainer(right) || Array.isArray(left) !== Array.isArray(right))
    return { path, left, right }
  const members = [left, right] as Record<string, unknown>[]
  const keys = [...new Set(members.flatMap((value) => Object.keys(value)))]
  for (const key of keys) {
    const found = differenceOf(members[0]![key], members[1]![key], `${path}.${key}`)
    if (found) return found
  }
  return { path, left, right }
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** An answer that holds no fact: `{ data: { entity: null } }` or lists without items. */
function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (isContainer(value)) return Object.values(value).every(isEmpty)
  return value === null || typeof value === 'boolean'
}
