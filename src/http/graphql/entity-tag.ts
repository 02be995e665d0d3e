import { hash } from 'node:crypto'
import type { GraphState } from '../../graph/snapshot.ts'

export interface TaggedRequest {
  readonly query: string
  readonly operationName: string | null
  readonly variables: unknown
  readonly type: string
}

/** Strong tag of a response from the published graph alone; the change time separates histories that share a version. */
export function entityTagOf(
  { query, operationName, variables, type }: TaggedRequest,
  { version, changedAt }: Pick<GraphState, 'version' | 'changedAt'>,
): string {
  const text = JSON.stringify([query, operationName, variables ?? null, type, version, changedAt])
  return `"${hash('sha256', text, 'base64url').slice(0, 32)}"`
}

/** Responses to GET may be cached but are revalidated each time; signed-in users get different ones. */
export const getHeaders = {
  'cache-control': 'public, no-cache',
  vary: 'Accept, Authorization, Cookie, Origin',
} as const
