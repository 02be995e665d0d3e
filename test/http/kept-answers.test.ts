import { beforeEach, expect, test } from 'vitest'
import type { GraphState } from '../../src/graph/snapshot.ts'
import { createKeptAnswers, type KeptAnswer } from '../../src/http/kept-answers.ts'

const stateOf = (version: number) => ({ version, changedAt: `${version}` }) as unknown as GraphState
const [first, second] = [stateOf(1), stateOf(2)]
let state: GraphState | null
const graph = {
  current: () => state && { snapshot: { state } },
  freshness: () => ({ ageSeconds: 0 }),
}
const answerOf = (state: GraphState, body: string): KeptAnswer => ({
  state,
  name: null,
  price: { cost: 1, nodes: 1 },
  body,
})

beforeEach(() => {
  state = first
})

test('an answer is found again as long as the graph is in its state', () => {
  const kept = createKeptAnswers(graph, 10_000)
  expect(kept.find('a')).toBeUndefined()
  kept.keep('a', answerOf(first, 'one'))
  expect(kept.find('a')?.answer.body).toBe('one')
  state = second
  expect(kept.find('a')).toBeUndefined()
  state = first
  expect(kept.find('a')).toBeUndefined()
})

test('without a graph in memory there is none', () => {
  const kept = createKeptAnswers(graph, 10_000)
  kept.find('a')
  kept.keep('a', answerOf(first, 'one'))
  state = null
  expect(kept.find('a')).toBeUndefined()
})

test('what was made of a state that has gone is not kept', () => {
  const kept = createKeptAnswers(graph, 10_000)
  kept.find('a')
  state = second
  kept.find('a')
  kept.keep('a', answerOf(first, 'one'))
  expect(kept.find('a')).toBeUndefined()
})

test('those that were asked for last stay within the bytes, and a long one is not worth all others', () => {
  const kept = createKeptAnswers(graph, 16_000)
  kept.find('0')
  kept.keep('long', answerOf(first, 'x'.repeat(1_000)))
  expect(kept.find('long')).toBeUndefined()
  for (let at = 0; at < 100; at++) {
    kept.keep(String(at), answerOf(first, 'x'.repeat(500)))
    expect(kept.find('0')).toBeDefined()
  }
  const found = Array.from({ length: 100 }, (_, at) => at).filter((at) => kept.find(String(at)))
  expect(found.length).toBeLessThan(16_000 / 500)
  expect(found.length).toBeGreaterThan(16_000 / 1_000)
  expect(found).toContain(99)
})

test('with no bytes none is kept', () => {
  const kept = createKeptAnswers(graph, 0)
  kept.keep('a', answerOf(first, 'one'))
  expect(kept.find('a')).toBeUndefined()
})
