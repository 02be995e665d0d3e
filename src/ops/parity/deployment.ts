import { requireSettings } from '../../config.ts'
import type { JsonObject, JsonValue } from '../../domain/json/value.ts'
import { isJsonObject } from '../../domain/json/value.ts'
import { parseJson } from '../../domain/json/parse.ts'
import { OperationError } from '../run/error.ts'
import type { OpsContext } from '../run/context.ts'

export interface Deployment {
  readonly url: string
  fetchConstellation(): Promise<JsonObject>
  /** `GET /api/admin/overview`, after signing in with ADMIN_PASSWORD. */
  fetchOverview(): Promise<JsonObject>
}

type DeploymentContext = Pick<OpsContext, 'settings' | 'signal'>

const timeoutMs = 30_000
const largestAnswer = 256 * 1024 * 1024

/** Where the local server listens, for when BASE_URL is not set. */
export function localUrl({ settings }: Pick<OpsContext, 'settings'>): string {
  const host = ['0.0.0.0', '::'].includes(settings.host) ? '127.0.0.1' : settings.host
  return `http://${host}:${settings.port}`
}

/** URLs that operations may call: BASE_URL, the local server, KB_ALLOWED_DEPLOYMENTS. */
function allowedUrls(ctx: DeploymentContext): string[] {
  const { baseUrl, allowedDeployments } = ctx.settings
  return [...(baseUrl === null ? [] : [baseUrl]), localUrl(ctx), ...allowedDeployments].map(withoutSlash)
}

/** Opens a deployment for reading. Calls only allow-listed URLs and follows no redirects. */
export function openDeployment(ctx: DeploymentContext, url: string): Deployment {
  const base = withoutSlash(url)
  if (!allowedUrls(ctx).includes(base))
    throw new OperationError(
      'refused',
      'wrong-target',
      `${base} is not an allowed deployment. Add it to KB_ALLOWED_DEPLOYMENTS, or set BASE_URL.`,
    )
  let session: Promise<string> | undefined
  const signIn = () => (session ??= openSession(ctx, base))
  return {
    url: base,
    fetchConstellation: () => fetchObject(ctx, `${base}/api/constellation`),
    fetchOverview: async () => fetchObject(ctx, `${base}/api/admin/overview`, { cookie: await signIn() }),
  }
}

/**
 * Fetches a legacy payload from an allow-listed URL: the payload itself, or the `constellation` of a content
 * state.
 */
export async function fetchLegacyPayload(ctx: DeploymentContext, url: string): Promise<JsonValue> {
  const { origin, pathname } = new URL(url)
  const base = allowedUrls(ctx).find((allowed) => url === allowed || url.startsWith(`${allowed}/`))
  if (base === undefined) openDeployment(ctx, origin)
  const found = await fetchObject(ctx, pathname === '/' ? `${withoutSlash(url)}/api/constellation` : url)
  return found['constellation'] ?? found
}

async function openSession(ctx: DeploymentContext, base: string): Promise<string> {
  const { adminPassword } = ctx.settings
  requireSettings('signing in to a deployment', { ADMIN_PASSWORD: adminPassword })
  const response = await ask(ctx, `${base}/api/admin/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ password: adminPassword }),
  })
  await response.body?.cancel()
  const cookie = response.headers.getSetCookie()[0]?.split(';', 1)[0]
  if (response.ok && cookie !== undefined) return cookie
  const reason =
    response.status === 401 ? 'it rejected ADMIN_PASSWORD' : `it responded with ${response.status}`
  throw new OperationError('failed', 'failed', `Signing in to ${base} failed: ${reason}.`)
}

async function fetchObject(
  ctx: DeploymentContext,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<JsonObject> {
  const response = await ask(ctx, url, { headers: { accept: 'application/json', ...headers } })
  const text = await readText(response, url)
  if (!response.ok) throw new OperationError('failed', 'failed', `${url} answered ${response.status}.`)
  const parsed = parseAnswer(text, url)
  if (isJsonObject(parsed)) return parsed
  throw new OperationError('failed', 'failed', `${url} returned JSON that is not an object.`)
}

function parseAnswer(text: string, url: string): JsonValue {
  try {
    return parseJson(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new OperationError('failed', 'failed', `The response of ${url} cannot be read: ${reason}`, {
      cause: error,
    })
  }
}

async function ask({ signal }: DeploymentContext, url: string, init: RequestInit): Promise<Response> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  try {
    return await fetch(url, { ...init, redirect: 'error', signal: limit })
  } catch (error) {
    signal.throwIfAborted()
    throw new OperationError(
      'failed',
      'backend-unavailable',
      `${url} does not respond: ${reasonOf(error)}.`,
      {
        cause: error,
      },
    )
  }
}

/** `fetch failed` is useless; its cause is not. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no response within ${timeoutMs / 1000} s`
  return error.cause instanceof Error ? error.cause.message || error.message : error.message
}

async function readText(response: Response, url: string): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let size = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > largestAnswer)
      throw new OperationError('failed', 'failed', `${url} returned more than ${largestAnswer} bytes.`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '')
}
