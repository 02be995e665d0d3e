import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

interface StoredBlob {
  body: Buffer
  contentType: string
  uploadedAt: Date
  /** What caches still serve, and until when. */
  former: { body: Buffer; until: number } | null
}

/** Faults on demand; all off at first. */
export interface BlobFaults {
  /** `cut`: connections are torn; a number: every request is answered with that status. */
  outage: 'cut' | 500 | 503 | null
  /** How long caches serve an overwritten path as it was. */
  staleMs: number
  /** Caches of a public store, which no `cache=0` leads past. */
  cachesIgnoreQuery: boolean
  /** Every request waits so long. */
  slowMs: number
  /** So many writes are done, but their answers are lost. */
  lostAnswers: number
}

/**
 * Speaks the part of Vercel's Blob API that the real client uses here: put (with `x-if-match` and `x-allow-overwrite`), head,
 * list in pages, delete, and downloads with their caches. It keeps everything in memory.
 */
export interface BlobServer {
  readonly token: string
  /**
   * For this process, where they are set until `stop`, and for child processes. The client repeats nothing, so that an
   * outage shows at once.
   */
  readonly env: Readonly<
    Record<'VERCEL_BLOB_API_URL' | 'BLOB_READ_WRITE_TOKEN' | 'VERCEL_BLOB_RETRIES', string>
  >
  readonly faults: BlobFaults
  /** What is in the store, by path; tests read it and plant damage. */
  readonly blobs: Map<string, StoredBlob>
  /** `put admin/current.json`, in order. */
  readonly requests: string[]
  /** Replaces a blob's bytes behind the API's back. */
  damage(path: string, body: string): void
  stop(): Promise<void>
}

export async function startBlobServer(
  options: { access?: 'private' | 'public'; pageSize?: number } = {},
): Promise<BlobServer> {
  const { access = 'private', pageSize = 1000 } = options
  const token = `vercel_blob_rw_teststore_${randomBytes(8).toString('hex')}`
  const blobs: BlobServer['blobs'] = new Map()
  const requests: string[] = []
  const faults: BlobFaults = { outage: null, staleMs: 0, cachesIgnoreQuery: false, slowMs: 0, lostAnswers: 0 }
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => response.destroy(error as Error))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request)
    if (faults.slowMs > 0) await sleep(faults.slowMs)
    if (faults.outage === 'cut') return void request.socket.destroy()
    if (faults.outage !== null) {
      const code = faults.outage === 503 ? 'service_unavailable' : 'internal_server_error'
      return send(response, faults.outage, { error: { code, message: 'an outage of the test' } })
    }
    const url = new URL(request.url!, origin)
    const isAllowed = request.headers.authorization === `Bearer ${token}`
    if (!url.pathname.startsWith('/api/blob')) return download(response, url, isAllowed)
    if (!isAllowed) return send(response, 403, { error: { code: 'forbidden', message: 'no such token' } })
    const { status, answer } = api(request, url, body)
    if (request.method === 'PUT' && status === 200 && faults.lostAnswers > 0) {
      faults.lostAnswers--
      return void request.socket.destroy()
    }
    send(response, status, answer)
  }

  function api(request: IncomingMessage, url: URL, body: Buffer): { status: number; answer: unknown } {
    const { searchParams } = url
    if (request.method === 'PUT') return put(request, searchParams.get('pathname')!, body)
    if (request.method === 'POST' && url.pathname.endsWith('/delete')) {
      const { urls } = JSON.parse(body.toString('utf8')) as { urls: string[] }
      for (const path of urls) {
        requests.push(`delete ${path}`)
        blobs.delete(path)
      }
      return { status: 200, answer: null }
    }
    const path = searchParams.get('url')
    if (path === null) return list(searchParams)
    requests.push(`head ${path}`)
    const blob = blobs.get(path)
    return blob === undefined
      ? refuse(404, 'not_found', 'The requested blob does not exist')
      : { status: 200, answer: { ...describe(path, blob), cacheControl: 'public, max-age=60' } }
  }

  function put(request: IncomingMessage, path: string, body: Buffer): { status: number; answer: unknown } {
    requests.push(`put ${path}`)
    const former = blobs.get(path)
    const ifMatch = request.headers['x-if-match']
    if (request.headers['x-vercel-blob-access'] !== access)
      return refuse(
        400,
        'bad_request',
        `Cannot use ${String(request.headers['x-vercel-blob-access'])} access on a ${access} store`,
      )
    if (ifMatch !== undefined && (former === undefined || ifMatch !== etagOf(former.body)))
      return refuse(412, 'precondition_failed', 'ETag mismatch')
    if (former !== undefined && request.headers['x-allow-overwrite'] !== '1')
      return refuse(
        400,
        'bad_request',
        'This blob already exists, use `allowOverwrite: true` if you want to overwrite it.',
      )
    const blob: StoredBlob = {
      body,
      contentType: String(request.headers['x-content-type'] ?? 'application/octet-stream'),
      uploadedAt: new Date(),
      former: former === undefined ? null : { body: former.body, until: Date.now() + faults.staleMs },
    }
    blobs.set(path, blob)
    return { status: 200, answer: describe(path, blob) }
  }

  function list(search: URLSearchParams): { status: number; answer: unknown } {
    const prefix = search.get('prefix') ?? ''
    requests.push(`list ${prefix}`)
    const paths = [...blobs.keys()].filter((path) => path.startsWith(prefix)).sort()
    const start = Number(search.get('cursor') ?? 0)
    const end = start + Math.min(Number(search.get('limit') ?? pageSize), pageSize)
    const page = paths.slice(start, end).map((path) => describe(path, blobs.get(path)!))
    const hasMore = end < paths.length
    return { status: 200, answer: { blobs: page, hasMore, ...(hasMore ? { cursor: String(end) } : {}) } }
  }

  function download(response: ServerResponse, url: URL, isAllowed: boolean): void {
    const path = decodeURIComponent(url.pathname.slice(1))
    requests.push(`get ${path}`)
    const blob = blobs.get(path)
    if (access === 'private' && !isAllowed) return send(response, 403, {})
    if (blob === undefined) return send(response, 404, {})
    const isPastCaches = !faults.cachesIgnoreQuery && url.searchParams.get('cache') === '0'
    const isStale = !isPastCaches && blob.former !== null && Date.now() < blob.former.until
    const bytes = isStale ? blob.former!.body : blob.body
    response.writeHead(200, { 'content-type': blob.contentType, etag: etagOf(bytes) }).end(bytes)
  }

  function describe(path: string, { body, contentType, uploadedAt }: StoredBlob): object {
    const url = new URL(path.split('/').map(encodeURIComponent).join('/'), `${origin}/`).href
    const contentDisposition = `attachment; filename="${path.split('/').at(-1)}"`
    const facts = { pathname: path, size: body.length, contentType, contentDisposition, uploadedAt }
    return { url, downloadUrl: `${url}?download=1`, etag: etagOf(body), ...facts }
  }

  const env = {
    VERCEL_BLOB_API_URL: `${origin}/api/blob`,
    BLOB_READ_WRITE_TOKEN: token,
    VERCEL_BLOB_RETRIES: '0',
  }
  const before = Object.fromEntries(Object.keys(env).map((name) => [name, process.env[name]]))
  Object.assign(process.env, env)
  return {
    token,
    env,
    faults,
    blobs,
    requests,
    damage(path, body) {
      const blob = blobs.get(path)
      if (blob === undefined)
        throw new Error(`there is no ${path}; there are ${[...blobs.keys()].join(', ')}`)
      blob.body = Buffer.from(body)
    },
    async stop() {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function refuse(status: number, code: string, message: string): { status: number; answer: unknown } {
  return { status, answer: { error: { code, message } } }
}

function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function send(response: ServerResponse, status: number, answer: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
}
