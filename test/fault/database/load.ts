import { pause } from './own-database.ts'

/** Whether search is answered while the database is away. */
export const searchesFromMemory = process.env['FAULT_SEARCH_FROM_MEMORY'] !== 'false'

/** What the public asks meanwhile. */
const documents: Readonly<Record<string, string>> = {
  list: '{ entities(first: 5, orderBy: [{ field: TITLE }]) { totalCount nodes { slug title tags domain { label } neighbors(first: 3) { totalCount edges { direction node { slug } } } } facets(by: [KIND, TAG]) { field buckets { value count } } } }',
  entity: '{ entity(by: { slug: "spain" }) { title attributes edges(first: 3) { nodes { relation { label } } } media(first: 2) { totalCount } sources(first: 2) { totalCount } workflows(first: 2) { totalCount } } }',
  reachable: '{ entity(by: { slug: "portugal" }) { reachable(maxDepth: 3, first: 10) { totalCount edges { depth node { slug } path { length } } } } }',
  path: '{ shortestPath(from: { slug: "portuguese" }, to: { slug: "spanish" }) { length entities { slug } } }',
  paths: '{ paths(from: { slug: "portugal" }, to: { slug: "andorra" }, first: 3) { nodes { cost entities { slug } } } }',
  subgraph: '{ subgraph(input: { seeds: [{ slug: "spain" }], depth: 2 }) { entityCount edgeCount edges { id } } }',
  statistics: '{ statistics { entityCount edgeCount componentCount byKind { value count } } vocabulary { relations { key count } } }',
  things: '{ mediaObjects(first: 3) { nodes { key derivatives { preset } } } workflows(first: 3) { nodes { slug steps { title } } } provenanceRuns(first: 3) { nodes { key } } }',
} // prettier-ignore
const search = '{ search(query: "portugal", first: 5) { totalCount edges { node { __typename } } } }'

export interface Load {
  /** Reads since the last call, and those that failed, each with what was answered. */
  take(): { readonly reads: number; readonly failures: readonly string[]; readonly searchesRefused: number }
  end(): Promise<void>
}

/** Asks a server everything that the public may ask, over and over. */
export function startLoad(url: string, clients = 4): Load {
  let isOver = false
  let [reads, searchesRefused] = [0, 0]
  let failures: string[] = []
  const one = async (name: string, request: () => Promise<Response>) => {
    reads++
    try {
      const response = await request()
      const body = await response.text()
      if (response.status === 200 && !body.includes('"errors"')) return
      if (name === 'search' && !searchesFromMemory && body.includes('BACKEND_UNAVAILABLE')) searchesRefused++
      else failures.push(`${name}: ${response.status} ${body.slice(0, 200)}`)
    } catch (error) {
      failures.push(`${name}: ${(error as Error).message} ${String((error as Error).cause)}`)
    }
  }
  const work = async () => {
    while (!isOver) {
      for (const [name, query] of Object.entries({ ...documents, search })) {
        if (isOver) return
        await one(name, () => post(url, query))
      }
      await one('constellation', () => fetch(`${url}/api/constellation`))
      await pause(5)
    }
  }
  const working = Array.from({ length: clients }, work)
  return {
    take() {
      const taken = { reads, failures, searchesRefused }
      ;[reads, searchesRefused, failures] = [0, 0, []]
      return taken
    },
    async end() {
      isOver = true
      await Promise.all(working)
    },
  }
}

export function post(url: string, query: string, variables: object = {}, token?: string): Promise<Response> {
  return fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  })
} // prettier-ignore

/** What a server says of the graph that it answers from. */
export async function stateOf(url: string) {
  const response = await post(url, '{ service { snapshot { ageSeconds loadedFrom version } } }')
  const { data } = (await response.json()) as { data: { service: { snapshot: { ageSeconds: number; loadedFrom: string; version: number } | null } } } // prettier-ignore
  const ready = await fetch(`${url}/readyz`)
  return {
    snapshot: data.service.snapshot,
    headerAge: Number(response.headers.get('x-graph-age') ?? Number.NaN),
    headerVersion: Number(response.headers.get('x-graph-version') ?? Number.NaN),
    readyStatus: ready.status,
    ready: (await ready.json()) as { status: string; database: string; graph: { version: number } | null },
  }
}
