import type { IncomingMessage } from 'node:http'
import type { Variables } from '../../domain/variables.ts'

/** A GraphQL request simple enough for the fast path. */
export interface FastRequest {
  readonly query: string | null
  readonly documentId: string | null
  readonly operationName: string | null
  readonly variables: Variables
}

/** Largest body that is read up front. */
const mostBytes = 1 << 16
const deepest = 16

/** Whether a POST is anonymous and ordinary, so that its body alone determines the response. */
export function isFastPost({ method, url, headers }: IncomingMessage): boolean {
  return (
    method === 'POST' &&
    url === '/graphql' &&
    isJson(headers['content-type']) &&
    headers.cookie === undefined &&
    headers.authorization === undefined &&
    headers['x-graphql-cost'] === undefined &&
    headers['content-encoding'] === undefined &&
    headers['transfer-encoding'] === undefined &&
    headers.expect === undefined &&
    Number(headers['content-length']) <= mostBytes
  )
}

export function isFastGet({ method, url, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    url?.startsWith('/graphql?') === true &&
    headers.cookie === undefined &&
    headers.authorization === undefined &&
    headers['x-graphql-cost'] === undefined
  )
}

function isJson(type: string | undefined): boolean {
  return type === 'application/json' || /^application\/json; ?charset=utf-8$/i.test(type ?? '')
}

/** Parses a body; null if the full pipeline must report a fault or the request asks for more. */
export function readFastBody(bytes: Buffer): FastRequest | null {
  const text = bytes.toString()
  // Possibly invalid UTF-8.
  if (text.includes('\ufffd')) return null
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return null
  }
  if (!isPlainObject(body)) return null
  return toRequest(body, body['variables'])
}

export function readFastAddress(url: string): FastRequest | null {
  const search = new URLSearchParams(url.slice(url.indexOf('?') + 1))
  const given: Record<string, unknown> = { __proto__: null }
  for (const [name, value] of search) {
    if (name in given || value.includes('\ufffd')) return null
    given[name] = value
  }
  const { variables } = given
  if (variables === undefined) return toRequest(given, undefined)
  try {
    return toRequest(given, JSON.parse(variables as string))
  } catch {
    return null
  }
}

const known = new Set(['query', 'documentId', 'operationName', 'variables'])

function toRequest(given: Record<string, unknown>, variables: unknown): FastRequest | null {
  for (const name in given) if (!known.has(name)) return null
  const { query, documentId, operationName } = given
  if (
    query === undefined
      ? typeof documentId !== 'string'
      : typeof query !== 'string' || documentId !== undefined
  )
    return null
  if (operationName != null && typeof operationName !== 'string') return null
  if (variables != null && (!isPlainObject(variables) || !isClean(variables, 0))) return null
  return {
    query: (query ?? null) as string | null,
    documentId: (documentId ?? null) as string | null,
    operationName: operationName ?? null,
    variables: variables ?? noVariables,
  }
}

const noVariables = {}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether all texts can be stored, see `useCleanText`, and no number may have lost precision. */
function isClean(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed()
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER
  if (typeof value !== 'object' || value === null) return true
  if (depth > deepest) return false
  if (Array.isArray(value)) return value.every((item) => isClean(item, depth + 1))
  for (const name in value) {
    if (!isClean(name, depth) || !isClean((value as Record<string, unknown>)[name], depth + 1)) return false
  }
  return true
}
