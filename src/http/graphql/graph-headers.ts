import type { GraphState } from '../../graph/snapshot.ts'

export interface GraphInMemory {
  current(): { readonly snapshot: { readonly state: GraphState } } | null
  freshness(): { readonly ageSeconds: number }
}

/** Which graph state a response comes from, and the seconds since it was last confirmed. */
export function graphHeaders(graph: GraphInMemory): Record<string, string> {
  const state = graph.current()?.snapshot.state
  if (state === undefined) return {}
  return { 'x-graph-version': String(state.version), 'x-graph-age': String(graph.freshness().ageSeconds) }
}
