import { followEvents } from '../support/sse.ts'

/** What the load has done so far. */
export interface LoadState {
  reads: number
  writes: number
  conflicts: number
  events: number
  /** Answers that nobody expected, by what they were. */
  readonly unexpected: Map<string, number>
  /** Milliseconds of the last reads. */
  readonly times: number[]
}
export interface LoadOptions {
  readonly url: string
  readonly token: string
  readonly slugs: readonly string[]
  readonly signal: AbortSignal
}

const reads: readonly ((slug: string) => string)[] = [
  (slug) => `query One { entity(by: {slug: "${slug}"}) { id title tags kind { label } revision } }`,
  (slug) => `query Near { entity(by: {slug: "${slug}"}) { title neighbors(first: 20) { nodes { slug title } totalCount } } }`,
  () => `query Page { entities(first: 50, orderBy: [{field: UPDATED_AT, direction: DESC}]) { nodes { slug title degree } pageInfo { hasNextPage } } }`,
  (slug) => `query Found { search(query: "${slug}") { pageInfo { hasNextPage } } }`,
  (slug) => `query Past { entity(by: {slug: "${slug}"}) { revisions(first: 5) { nodes { revision patch } } } }`,
  () => `query Feed { changes(first: 20) { edges { cursor node { operation subjectKey } } } }`,
  () => `query Words { vocabulary { entityKinds { key count } } statistics { entityCount edgeCount } service { graphVersion } }`,
  () => `query Facets { entities(first: 1) { totalCount facets(by: [KIND, TAG]) { buckets { value count } } } }`,
] // prettier-ignore

export function createLoadState(): LoadState {
  return { reads: 0, writes: 0, conflicts: 0, events: 0, unexpected: new Map(), times: [] }
}

/** Reads on and on. */
export async function read(options: LoadOptions, state: LoadState, worker: number): Promise<void> {
  for (let at = worker; !options.signal.aborted; at++) {
    const query = reads[at % reads.length]!(options.slugs[(at * 7) % options.slugs.length]!)
    const started = performance.now()
    await ask(options, query, {}, false, state)
    state.reads++
    state.times.push(performance.now() - started)
    if (state.times.length > 100_000) state.times.splice(0, 50_000)
  }
}

/** Makes, changes, joins and deletes on and on; leaves no more than it found. */
export async function write(options: LoadOptions, state: LoadState, worker: number): Promise<void> {
  const change = (name: string, input: object) => {
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { __typename ... on UserError { code message } } }`
    return ask(options, query, { input }, true, state)
  }
  for (let at = 0; !options.signal.aborted; at++) {
    const slug = `soak-${worker}-${at}`
    const by = { slug }
    await change('createEntity', { slug, kind: 'country', title: slug, status: 'PUBLISHED' })
    await change('createEdge', {
      relation: 'knows',
      source: by,
      target: { slug: options.slugs[at % options.slugs.length]! },
    })
    await change('tagEntities', { entities: [by], add: ['soaked'] })
    await change('updateEntity', { by, expectedRevision: 2, title: `${slug} changed` })
    await change('updateEntity', { by, expectedRevision: 1, title: 'too late' })
    await change('upsertGraph', {
      mode: 'APPLY',
      entities: [{ slug, kind: 'country', title: `${slug} again` }],
    })
    await change('deleteEntity', { by, expectedRevision: 4, edges: 'CASCADE' })
    state.writes += 7
  }
}

/** Follows the changes on and on; each cursor once. */
export async function follow({ url, signal }: LoadOptions, state: LoadState): Promise<void> {
  const following = await followEvents<{ data?: { graphChanged: { cursor: string } } }>(
    url,
    'subscription { graphChanged { cursor node { subjectKey operation } } }',
  )
  let last: string | undefined
  const timer = setInterval(() => {
    for (const event of following.events.splice(0)) {
      const cursor = event.data?.graphChanged.cursor
      if (cursor === undefined || cursor === last)
        count(state, `an event ${JSON.stringify(event).slice(0, 100)}`)
      last = cursor
      state.events++
    }
  }, 50)
  signal.addEventListener('abort', () => following.close(), { once: true })
  await following.ended
  clearInterval(timer)
  if (!signal.aborted) count(state, 'a subscription ended')
}

async function ask(
  { url, token, signal }: LoadOptions,
  query: string,
  variables: object,
  isEditor: boolean,
  state: LoadState,
): Promise<void> {
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(isEditor && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query, variables }),
    })
    const text = await response.text()
    const code = /"code":"([A-Z_]+)"/.exec(text)?.[1]
    if (code === 'CONFLICT') state.conflicts++
    else if (response.status !== 200 || code !== undefined)
      count(state, `${response.status} ${text.slice(0, 160)}`)
  } catch (error) {
    if (!signal.aborted) count(state, String((error as Error).cause ?? error))
  }
}

function count({ unexpected }: LoadState, what: string): void {
  unexpected.set(what, (unexpected.get(what) ?? 0) + 1)
}
