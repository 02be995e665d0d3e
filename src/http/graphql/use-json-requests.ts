import type { Plugin } from 'graphql-yoga'
import { findChangedNumbers, hasDoubtfulNumber } from '../../domain/json/parse.ts'
import { AppError } from '../../errors.ts'
import { refuseContentCoding } from '../content-coding.ts'

/** Requires JSON in UTF-8: foreign pages can send forms, multipart and text/plain without a preflight. */
export function useJsonRequests(): Plugin {
  return {
    onRequestParse({ request, requestParser, setRequestParser }) {
      if (request.method === 'GET' && requestParser) setRequestParser(refusingWrongJson(requestParser))
      if (request.method !== 'POST') return
      const [type = '', ...parameters] = (request.headers.get('content-type') ?? '').toLowerCase().split(';')
      const charset = parameters.find((parameter) => parameter.trim().startsWith('charset='))?.split('=')[1]
      const isUtf8 = charset === undefined || /^"?utf-?8"?$/.test(charset.trim())
      if (!['application/json', 'application/graphql+json'].includes(type.trim()) || !isUtf8)
        throw new AppError(
          'UNSUPPORTED_MEDIA_TYPE',
          'Send the request as `Content-Type: application/json`, in UTF-8.',
        )
      refuseContentCoding(request.headers.get('content-encoding'))
      setRequestParser(async (limited) => parseBody(await limited.arrayBuffer()))
    },
  }
}

/** Turns JSON.parse errors in `variables` and `extensions` of an address into client errors. */
function refusingWrongJson<Parsed>(parse: (request: Request) => Parsed) {
  return async (request: Request): Promise<Awaited<Parsed>> => {
    try {
      const parsed = await parse(request)
      const variables = new URL(request.url).searchParams.get('variables')
      if (variables !== null) refuseChangedNumbers(JSON.parse(variables), variables, '/variables')
      return parsed
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause
      throw new AppError('BAD_REQUEST', '`variables` and `extensions` of an address must be JSON.', {}, cause)
    }
  }
}

const mostIssues = 20
const utf8 = new TextDecoder('utf-8', { fatal: true })

function parseBody(bytes: ArrayBuffer): Record<string, unknown> {
  const text = decode(bytes)
  const body = parseJson(text)
  refuseChangedNumbers(body, text)
  if (Array.isArray(body))
    throw new AppError('BAD_REQUEST', 'Batches are not supported; send one operation per request.')
  if (typeof body !== 'object' || body === null)
    throw new AppError('BAD_REQUEST', 'The body must be a JSON object with the member `query`.')
  return body as Record<string, unknown>
}

/** Rejects numbers that lose precision while their text is still available: later, 2^53 + 1 looks like 2^53. */
function refuseChangedNumbers(value: unknown, text: string, place = ''): void {
  if (!hasDoubtfulNumber(value)) return
  const issues = findChangedNumbers(text).map((issue) => ({ ...issue, pointer: place + issue.pointer }))
  const [first] = issues
  if (first === undefined) return
  throw new AppError('BAD_REQUEST', `\`${first.pointer.slice(0, 200)}\`: ${first.message}.`, {
    issues: issues.slice(0, mostIssues),
  })
}

function decode(bytes: ArrayBuffer): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new AppError('BAD_REQUEST', 'The body is not well-formed UTF-8.', {}, cause)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AppError('BAD_REQUEST', 'The body is not well-formed JSON.', {}, cause)
  }
}
