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
  /** Milliseconds for one request with all its repetitions; 10,000 by default. */
  readonly timeoutMs?: number | undefined
}

/** A blob whose path is written again and again, as it stands now. */
export interface CurrentBlob {
  readonly text: string
  /** Of exactly this text, for {@link BlobStore.replace}. */
  readonly etag: string
}

/** A Vercel Blob store, as far as content states need it. Only "not found" is null; an outage always throws. */
export interface BlobStore {
  /**
   * What is at a path that is overwritten. The store's caches serve an overwritten path for up to a minute as it was, so
   * the entity tag is asked of the API, which does not cache, and an answer with another one is not taken.
   */
  readCurrent(path: string): Promise<CurrentBlob | null>
  /** What is at a path that is written once. */
  read(path: string): Promise<string | null>
  /** False if the path is taken, also by somebody who takes it at the same moment. */
  create(path: string, text: string): Promise<boolean>
  /** False if the blob is no longer the one of that entity tag. */
  replace(path: string, text: string, etag: string): Promise<boolean>
  /** All paths that begin so, in the order of the store. */
  list(prefix: string): Promise<string[]>
  delete(path: string): Promise<void>
  /** Whether blobs can be read by their address alone; null if there is none to see it by. */
  isPublic(prefix: string): Promise<boolean | null>
}

/**
 * The store of a token, through Vercel's own client. Contents are fetched from the addresses that the API gives, so the
 * client's VERCEL_BLOB_API_URL leads reads elsewhere, too; its `get` would make up an address of its own.
 */
export function createBlobStore({ token, timeoutMs = 10_000 }: BlobStoreOptions): BlobStore {
  /** Access belongs to the store, which tells it only by refusing the wrong one. */
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
        if (!response.ok) throw new Error(`the store answered ${response.status}`)
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
          // A minute is the least that the store knows.
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
        // Somebody may write between the two requests; a cache that is behind gets more time each round.
        if (round > 0)
          await new Promise((resolve) => setTimeout(resolve, Math.min(timeoutMs, 50 * 2 ** round)))
        const found = await findHead(path)
        if (found === null) return null
        origin = new URL(found.url).origin
        const address = new URL(found.url)
        // The first leads past the cache of a private store; the second is an address that no cache has seen.
        address.searchParams.set('cache', '0')
        address.searchParams.set('etag', plainTag(found.etag))
        const got = await download(address.href)
        if (got !== null && plainTag(got.etag) === plainTag(found.etag))
          return { text: got.text, etag: found.etag }
      }
      throw new StorageUnavailableError(
        'blob',
        `The Blob store serves ${path} as it was before it was overwritten. Try again in a minute.`,
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

/**
 * The client repeats a request up to ten times, with pauses that grow to minutes, and looks at its signal only between
 * them; so the wait is bounded here as well.
 */
async function withDeadline<Result>(
  timeoutMs: number,
  call: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      // The client stops repeating on an AbortError only, so no reason of our own.
      controller.abort()
      reject(new Error(`no answer within ${timeoutMs} ms`))
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

/** The client has no class for it. */
function isTaken(error: unknown): boolean {
  return error instanceof Error && /already exists/i.test(error.message)
}

/** What a store says to a write with the other access is not documented, but it is none of these. */
function isAboutAccess(error: unknown): boolean {
  const isOther =
    error instanceof BlobPreconditionFailedError ||
    error instanceof BlobServiceNotAvailable ||
    error instanceof BlobServiceRateLimited ||
    isTaken(error)
  return !isOther && error instanceof Error && /\b(public|private)\b/i.test(error.message)
}

/** A cache that compresses makes a strong tag weak. */
function plainTag(etag: string): string {
  return etag.replace(/^W\//, '').replaceAll('"', '')
}
