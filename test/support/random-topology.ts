import fc from 'fast-check'
import { DirectedGraph, UndirectedGraph } from 'graphology'
import { createTopology } from '../../src/graph/topology/build.ts'
import type { Topology } from '../../src/graph/topology/topology.ts'
import { stepCost, type PathCost } from '../../src/graph/walks/step-cost.ts'
import type { WalkRules } from '../../src/graph/walks/steps.ts'

export interface RandomEdge {
  readonly relation: number
  readonly source: number
  readonly target: number
  /** NaN for none. Sums of them are exact, so that equal costs are equal. */
  readonly weight: number
}
export interface RandomGraph {
  readonly nodeCount: number
  readonly symmetric: readonly boolean[]
  readonly edges: readonly RandomEdge[]
}

/** Small graphs with cycles, self-loops, parallel edges, islands and symmetric relations. */
export const randomGraph: fc.Arbitrary<RandomGraph> = fc
  .record({
    nodeCount: fc.integer({ min: 1, max: 9 }),
    symmetric: fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }),
  })
  .chain(({ nodeCount, symmetric }) => {
    const node = fc.nat(nodeCount - 1)
    const edge = fc.record({
      relation: fc.nat(symmetric.length - 1),
      source: node,
      target: node,
      weight: fc.constantFrom(NaN, 0, 0.25, 0.5, 1, 2, 4, -1),
    })
    return fc.record({
      nodeCount: fc.constant(nodeCount),
      symmetric: fc.constant(symmetric),
      edges: fc.uniqueArray(edge, {
        maxLength: 24,
        selector: ({ relation, source, target }) => `${relation} ${source} ${target}`,
      }),
    })
  })

export const randomRules: fc.Arbitrary<WalkRules> = fc.record({
  direction: fc.constantFrom('OUT', 'IN', 'ANY'),
  relations: fc.option(fc.uniqueArray(fc.nat(2)).map((numbers) => new Set(numbers))),
})

export function topologyOf({ nodeCount, symmetric, edges }: RandomGraph): Topology {
  return createTopology(
    nodeCount,
    {
      sourceOf: Uint32Array.from(edges, ({ source }) => source),
      targetOf: Uint32Array.from(edges, ({ target }) => target),
      relationOf: Uint16Array.from(edges, ({ relation }) => relation),
    },
    Float64Array.from(edges, ({ weight }) => weight),
    Uint8Array.from(symmetric, (is) => (is ? 1 : 0)),
  )
}

/** One way along one edge. */
export interface RandomStep {
  readonly from: number
  readonly to: number
  readonly edge: number
  readonly along: boolean
}

/** Every step that the rules allow, told edge by edge as the contract does. */
export function stepsOf(
  { symmetric, edges }: RandomGraph,
  { direction, relations }: WalkRules,
): RandomStep[] {
  return edges.flatMap(({ relation, source, target }, edge) => {
    if (relations !== null && !relations.has(relation)) return []
    const both = direction === 'ANY' || symmetric[relation] === true
    const out = { from: source, to: target, edge, along: true }
    const back = { from: target, to: source, edge, along: false }
    return [...(both || direction === 'OUT' ? [out] : []), ...(both || direction === 'IN' ? [back] : [])]
  })
}

/** The steps as a graph of graphology, without self-loops; the cheapest of parallel ones. */
export function directedOf(graph: RandomGraph, rules: WalkRules, cost: PathCost = 'HOPS'): DirectedGraph {
  const directed = new DirectedGraph<object, { weight: number }>()
  for (let node = 0; node < graph.nodeCount; node++) directed.addNode(String(node))
  for (const { from, to, edge } of stepsOf(graph, rules)) {
    const weight = stepCost(cost, graph.edges[edge]!.weight)
    if (from === to || weight === Infinity) continue
    const known = directed.edge(from, to)
    if (known === undefined) directed.addEdge(from, to, { weight })
    else if (directed.getEdgeAttribute(known, 'weight') > weight)
      directed.setEdgeAttribute(known, 'weight', weight)
  }
  return directed
}

/** The graph of graphology without direction, self-loops and parallel edges, whose weight is the number of edges. */
export function undirectedOf(graph: RandomGraph): UndirectedGraph {
  const undirected = new UndirectedGraph<object, { weight: number }>()
  for (let node = 0; node < graph.nodeCount; node++) undirected.addNode(String(node))
  for (const { source, target } of graph.edges)
    if (source !== target)
      undirected.updateEdge(source, target, ({ weight }) => ({ weight: (weight ?? 0) + 1 }))
  return undirected
}

/** A path as brute force finds it. */
export interface ListedPath {
  readonly nodes: number[]
  readonly edges: number[]
  readonly cost: number
}

/** All simple paths, by cost, length and nodes: every way is gone, so it is right by being dumb. */
export function listPaths(
  graph: RandomGraph,
  [from, to]: readonly [number, number],
  rules: WalkRules & { maxLength: number; cost: PathCost; through: ((node: number) => boolean) | null },
): ListedPath[] {
  const best = new Map<string, RandomStep & { price: number }>()
  for (const step of stepsOf(graph, rules)) {
    const { weight } = graph.edges[step.edge]!
    const made = { ...step, price: stepCost(rules.cost, weight) }
    if (made.price === Infinity || step.from === step.to) continue
    const known = best.get(`${step.from} ${step.to}`)
    if (known === undefined || compareSteps(graph, made, known) < 0) best.set(`${step.from} ${step.to}`, made)
  }
  const paths: ListedPath[] = []
  const go = (nodes: number[], edges: number[], cost: number) => {
    const last = nodes.at(-1)!
    if (last === to) return void paths.push({ nodes, edges, cost })
    if (edges.length === rules.maxLength) return
    if (nodes.length > 1 && rules.through !== null && !rules.through(last)) return
    for (const step of best.values())
      if (step.from === last && !nodes.includes(step.to))
        go([...nodes, step.to], [...edges, step.edge], cost + step.price)
  }
  go([from], [], 0)
  return paths.sort(
    (left, right) =>
      left.cost - right.cost ||
      left.nodes.length - right.nodes.length ||
      compareNumbers(left.nodes, right.nodes),
  )
}

function compareSteps(
  graph: RandomGraph,
  left: RandomStep & { price: number },
  right: RandomStep & { price: number },
) {
  return (
    left.price - right.price ||
    graph.edges[left.edge]!.relation - graph.edges[right.edge]!.relation ||
    Number(right.along) - Number(left.along)
  )
}

function compareNumbers(left: readonly number[], right: readonly number[]): number {
  const at = left.findIndex((number, place) => number !== right[place])
  return at < 0 ? 0 : left[at]! - right[at]!
}
