import type { GraphState } from '../../graph/snapshot.ts'

/** The graph in memory as the doors see it. */
export interface GraphInMemory {
  /** Null: the database answers. */
  current(): { readonly snapshot: { readonly state: GraphState } } | null
  freshness(): { readonly ageSeconds: number }
}

/** Which graph an answer is made of, and the seconds since it was known to be the database's. */
export function graphHeaders(graph: GraphInMemory): Record<string, string> {
  const state = graph.current()?.snapshot.state
  if (state === undefined) return {}
  return { 'x-graph-version': String(state.version), 'x-graph-age': String(graph.freshness().ageSeconds) }
}
