import { beforeEach, expect, test } from 'vitest'
import type { GraphState } from '../../../src/graph/snapshot.ts'
import { createResponseCache, type CachedResponse } from '../../../src/http/fast-path/response-cache.ts'

const stateOf = (version: number) => ({ version, changedAt: `${version}` }) as unknown as GraphState
const [first, second] = [stateOf(1), stateOf(2)]
let state: GraphState | null
const graph = {
  current: () => state && { snapshot: { state } },
  freshness: () => ({ ageSeconds: 0 }),
}
const responseTo = (state: GraphState, body: string): CachedResponse => ({
  state,
  name: null,
  price: { cost: 1, nodes: 1 },
  body,
  etag: null,
})

beforeEach(() => {
  state = first
})

test('returns a response until the graph changes', () => {
  const cache = createResponseCache(graph, 10_000)
  expect(cache.get('a')).toBeUndefined()
  cache.set('a', responseTo(first, 'one'))
  expect(cache.get('a')?.body).toBe('one')
  state = second
  expect(cache.get('a')).toBeUndefined()
  state = first
  expect(cache.get('a')).toBeUndefined()
})

test('misses without a graph in memory', () => {
  const cache = createResponseCache(graph, 10_000)
  cache.get('a')
  cache.set('a', responseTo(first, 'one'))
  state = null
  expect(cache.get('a')).toBeUndefined()
})

test('does not cache responses from an outdated state', () => {
  const cache = createResponseCache(graph, 10_000)
  cache.get('a')
  state = second
  cache.get('a')
  cache.set('a', responseTo(first, 'one'))
  expect(cache.get('a')).toBeUndefined()
})

test('evicts the least recently used, and skips bodies that are too long', () => {
  const cache = createResponseCache(graph, 16_000)
  cache.get('0')
  cache.set('long', responseTo(first, 'x'.repeat(1_000)))
  expect(cache.get('long')).toBeUndefined()
  for (let at = 0; at < 100; at++) {
    cache.set(String(at), responseTo(first, 'x'.repeat(500)))
    expect(cache.get('0')).toBeDefined()
  }
  const found = Array.from({ length: 100 }, (_, at) => at).filter((at) => cache.get(String(at)))
  expect(found.length).toBeLessThan(16_000 / 500)
  expect(found.length).toBeGreaterThan(16_000 / 1_000)
  expect(found).toContain(99)
})

test('a cache of no bytes caches nothing', () => {
  const cache = createResponseCache(graph, 0)
  cache.set('a', responseTo(first, 'one'))
  expect(cache.get('a')).toBeUndefined()
})
