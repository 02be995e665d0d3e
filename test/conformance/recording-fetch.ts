/** What a client asked and how it was answered. */
export interface Exchange {
  readonly method: string
  readonly accept: string
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** The global fetch, which writes down each exchange; the answers are the server's own. */
export function createRecordingFetch(): { fetch: typeof fetch; exchanges: Exchange[] } {
  const exchanges: Exchange[] = []
  return {
    exchanges,
    async fetch(input, init) {
      const request = new Request(input, init)
      const response = await fetch(request)
      exchanges.push({
        method: request.method,
        accept: request.headers.get('accept') ?? '',
        status: response.status,
        contentType: response.headers.get('content-type') ?? '',
        body: await response.clone().text(),
      })
      return response
    },
  }
}

/** The slugs that came over the wire, in their order: a client's cache may hide that one came twice. */
export function slugsOf(exchanges: readonly Exchange[]): string[] {
  return exchanges.flatMap(({ body }) => [...body.matchAll(/"slug":"([^"]+)"/g)].map(([, slug]) => slug!))
}
