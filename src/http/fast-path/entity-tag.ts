import { hash } from 'node:crypto'
import type { GraphState } from '../../graph/snapshot.ts'

/** What an answer to GraphQL by GET is made of, beside the graph. */
export interface TaggedRequest {
  readonly query: string
  readonly operationName: string | null
  readonly variables: unknown
  /** The media type of the answer. */
  readonly type: string
}

/**
 * The strong entity tag of an answer that is made of the published graph alone: what was asked, in which form, and the state of
 * the graph. The moment of the last change tells apart histories that have the same number.
 */
export function entityTagOf(
  { query, operationName, variables, type }: TaggedRequest,
  { version, changedAt }: Pick<GraphState, 'version' | 'changedAt'>,
): string {
  const text = JSON.stringify([query, operationName, variables ?? null, type, version, changedAt])
  return `"${hash('sha256', text, 'base64url').slice(0, 32)}"`
}

/** Answers by GET may be kept, and are asked for again each time; who is signed in sees others. */
export const getHeaders = {
  'cache-control': 'public, no-cache',
  vary: 'Accept, Authorization, Cookie, Origin',
} as const
