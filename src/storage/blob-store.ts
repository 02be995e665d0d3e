import {
  BlobNotFoundError,
  BlobPreconditionFailedError,
  BlobServiceNotAvailable,
  BlobServiceRateLimited,
  del,
  head,
  list,
  put,
} from '@vercel/blob'
import { StorageUnavailableError } from './content-driver.ts'

export interface BlobStoreOptions {
  readonly token: string
  /** Timeout of one request including retries, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number | undefined
}

export interface CurrentBlob {
  readonly text: string
  /** ETag of exactly this text, for {@link BlobStore.replace}. */
  readonly etag: string
}

/** The subset of Vercel Blob that content states need. Only "not found" is null; an outage throws. */
export interface BlobStore {
  /**
   * Reads a path that gets overwritten. Caches may serve it up to a minute stale, so the ETag comes from the
   * uncached API and other responses are rejected.
   */
  readCurrent(path: string): Promise<CurrentBlob | null>
  read(path: string): Promise<string | null>
  /** False if the path is taken, also by a concurrent writer. */
  create(path: string, text: string): Promise<boolean>
  /** False if the blob's ETag has changed. */
  replace(path: string, text: string, etag: string): Promise<boolean>
  list(prefix: string): Promise<string[]>
  delete(path: string): Promise<void>
  /** Whether blobs can be read by URL alone; null if there is none to test. */
  isPublic(prefix: string): Promise<boolean | null>
}

/**
 * Opens a token's store with Vercel's client. Reads use the URLs that the API returns, so VERCEL_BLOB_API_URL
 * redirects them too; the client's `get` would build its own URL.
 */
export function createBlobStore({ token, timeoutMs = 10_000 }: BlobStoreOptions): BlobStore {
  /** Set per store, which reveals it only by rejecting the wrong one. */
  let access: 'private' | 'public' | undefined
  let origin: string | undefined

  const api = <Result>(call: (abortSignal: AbortSignal) => Promise<Result>) => withDeadline(timeoutMs, call)
  const findHead = (path: string) =>
    api((abortSignal) => head(path, { token, abortSignal })).catch((error: unknown) => {
      if (error instanceof BlobNotFoundError) return null
      throw asUnavailable(error)
    })

  async function download(address: string): Promise<{ text: string; etag: string } | null> {
    try {
      return await api(async (signal) => {
        const response = await fetch(address, { headers: { authorization: `Bearer ${token}` }, signal })
        if (response.status === 404) return null
        if (!response.ok) throw new Error(`the store responded with ${response.status}`)
        return { text: await response.text(), etag: response.headers.get('etag') ?? '' }
      })
    } catch (error) {
      throw asUnavailable(error)
    }
  }

  async function write(path: string, text: string, etag: string | null): Promise<boolean> {
    const attempt = (chosen: 'private' | 'public') =>
      api((abortSignal) =>
        put(path, text, {
          access: chosen,
          token,
          abortSignal,
          contentType: 'application/json',
          addRandomSuffix: false,
          // One minute is the store's minimum.
          cacheControlMaxAge: etag === null ? 31_536_000 : 60,
          ...(etag === null ? { allowOverwrite: false } : { ifMatch: etag }),
        }),
      )
    try {
      const written = await attempt(access ?? 'private').catch((error: unknown) => {
        if (access !== undefined || !isAboutAccess(error)) throw error
        return attempt('public').then((result) => ((access = 'public'), result))
      })
      access ??= 'private'
      origin = new URL(written.url).origin
      return true
    } catch (error) {
      if (error instanceof BlobPreconditionFailedError || isTaken(error)) return false
      throw asUnavailable(error)
    }
  }

  return {
    async readCurrent(path) {
      for (let round = 0; round < 6; round++) {
        // A write may come between the two requests; give a stale cache more time each round.
        if (round > 0)
          await new Promise((resolve) => setTimeout(resolve, Math.min(timeoutMs, 50 * 2 ** round)))
        const found = await findHead(path)
        if (found === null) return null
        origin = new URL(found.url).origin
        const address = new URL(found.url)
        // The first bypasses a private store's cache, the second is a URL that no cache has seen.
        address.searchParams.set('cache', '0')
        address.searchParams.set('etag', plainTag(found.etag))
        const got = await download(address.href)
        if (got !== null && plainTag(got.etag) === plainTag(found.etag))
          return { text: got.text, etag: found.etag }
      }
      throw new StorageUnavailableError(
        'blob',
        `The Blob store still serves a stale ${path}. Try again in a minute.`,
      )
    },
    async read(path) {
      if (origin === undefined) {
        const found = await findHead(path)
        if (found === null) return null
        origin = new URL(found.url).origin
      }
      const got = await download(
        new URL(path.split('/').map(encodeURIComponent).join('/'), `${origin}/`).href,
      )
      return got?.text ?? null
    },
    create: (path, text) => write(path, text, null),
    replace: (path, text, etag) => write(path, text, etag),
    async list(prefix) {
      const paths: string[] = []
      let cursor: string | undefined
      do {
        const from = cursor === undefined ? {} : { cursor }
        const page = await api((abortSignal) => list({ token, abortSignal, prefix, ...from })).catch(
          (error: unknown) => {
            throw asUnavailable(error)
          },
        )
        paths.push(...page.blobs.map(({ pathname }) => pathname))
        cursor = page.hasMore ? page.cursor : undefined
      } while (cursor !== undefined)
      return paths
    },
    async delete(path) {
      await api((abortSignal) => del(path, { token, abortSignal })).catch((error: unknown) => {
        throw asUnavailable(error)
      })
    },
    async isPublic(prefix) {
      const page = await api((abortSignal) => list({ token, abortSignal, prefix, limit: 1 })).catch(
        (error: unknown) => {
          throw asUnavailable(error)
        },
      )
      const [any] = page.blobs
      return any === undefined ? null : new URL(any.url).hostname.includes('.public.')
    },
  }
}

/** The client retries for minutes and checks its signal only in between, so bound the wait here too. */
async function withDeadline<Result>(
  timeoutMs: number,
  call: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      // The client stops retrying only on an AbortError, so pass no reason.
      controller.abort()
      reject(new Error(`no response within ${timeoutMs} ms`))
    }, timeoutMs)
  })
  try {
    return await Promise.race([call(controller.signal), deadline])
  } finally {
    clearTimeout(timer)
  }
}

function asUnavailable(error: unknown): StorageUnavailableError {
  if (error instanceof StorageUnavailableError) return error
  const reason = error instanceof Error ? error.message.replace(/^Vercel Blob: /, '') : String(error)
  return new StorageUnavailableError('blob', `The Blob store cannot be used: ${reason}`, error)
}

/** The client has no error class for this. */
function isTaken(error: unknown): boolean {
  return error instanceof Error && /already exists/i.test(error.message)
}

/** The response to the wrong access is undocumented, but it is none of these. */
function isAboutAccess(error: unknown): boolean {
  const isOther =
    error instanceof BlobPreconditionFailedError ||
    error instanceof BlobServiceNotAvailable ||
    error instanceof BlobServiceRateLimited ||
    isTaken(error)
  return !isOther && error instanceof Error && /\b(public|private)\b/i.test(error.message)
}

/** A compressing cache turns a strong ETag into a weak one. */
function plainTag(etag: string): string {
  return etag.replace(/^W\//, '').replaceAll('"', '')
}
