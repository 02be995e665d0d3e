import { decodeGlobalId } from '../../src/domain/graph/global-id.ts'

/** The facts of an answer of our own API: opaque ids become uuids, cursors become whether there is one. */
export function ownFacts(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(ownFacts)
  if (typeof body !== 'object' || body === null) return body
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [key, factOf(key, value)]))
}

function factOf(key: string, value: unknown): unknown {
  if (key === 'id') return decodeGlobalId(String(value))?.id ?? value
  if (key === 'cursor' || key === 'endCursor') return typeof value === 'string' && value.length > 0
  return ownFacts(value)
}
