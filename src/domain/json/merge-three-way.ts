import { canonicalJson } from './canonical-json.ts'
import { isJsonObject, type JsonValue } from './value.ts'

type Maybe = JsonValue | undefined

/** Internal only. */
class Clash extends Error {}

/**
 * Three-way merge: takes whatever only one side changed. List items are matched by `id`, `key` or `slug`;
 * their additions follow yours.
 * @returns undefined on conflict
 * @example mergeThreeWay({ a: 1, b: 1 }, { a: 2, b: 1 }, { a: 1, b: 3 }) // { a: 2, b: 3 }
 */
export function mergeThreeWay(base: JsonValue, yours: JsonValue, theirs: JsonValue): JsonValue | undefined {
  try {
    return merge(base, yours, theirs)
  } catch (error) {
    if (error instanceof Clash) return undefined
    throw error
  }
}

function merge(base: Maybe, yours: Maybe, theirs: Maybe): Maybe {
  if (isSame(yours, theirs) || isSame(base, yours)) return theirs
  if (isSame(base, theirs)) return yours
  if (isJsonObject(base) && isJsonObject(yours) && isJsonObject(theirs)) {
    const [from, left, right] = [base, yours, theirs].map((value) => new Map(Object.entries(value)))
    return Object.fromEntries(mergeMembers(from!, left!, right!))
  }
  const [from, left, right] = [membersOf(base), membersOf(yours), membersOf(theirs)]
  if (from === null || left === null || right === null || !keepsOrder(from, left)) throw new Clash()
  return [...mergeMembers(from, left, right).values()]
}

type Members = ReadonlyMap<string, JsonValue>

function mergeMembers(base: Members, yours: Members, theirs: Members): Map<string, JsonValue> {
  const merged = new Map<string, JsonValue>()
  for (const name of new Set([...theirs.keys(), ...yours.keys()])) {
    const value = merge(base.get(name), yours.get(name), theirs.get(name))
    if (value !== undefined) merged.set(name, value)
  }
  return merged
}

/** List items by identity; null if there are none, or an item has no unique identity. */
function membersOf(list: Maybe): Members | null {
  if (!Array.isArray(list)) return null
  const items = list as readonly JsonValue[]
  const members = new Map(
    items.flatMap((item): [string, JsonValue][] => {
      const name = isJsonObject(item) ? (item['id'] ?? item['key'] ?? item['slug']) : undefined
      return typeof name === 'string' || typeof name === 'number' ? [[`${typeof name} ${name}`, item]] : []
    }),
  )
  return members.size === items.length ? members : null
}

function keepsOrder(base: Members, changed: Members): boolean {
  const kept = [...base.keys()].filter((name) => changed.has(name))
  const now = [...changed.keys()].filter((name) => base.has(name))
  return kept.every((name, at) => name === now[at])
}

function isSame(left: Maybe, right: Maybe): boolean {
  if (left === undefined || right === undefined) return left === right
  return left === right || canonicalJson(left) === canonicalJson(right)
}
