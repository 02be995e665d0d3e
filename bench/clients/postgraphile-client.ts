import { inParallel } from '../in-parallel.ts'
import type { QueryName } from '../queries.ts'
import type { Sample } from '../samples.ts'
import type { BenchClient, BenchRequest } from './client.ts'

const edges = (target: string) =>
  `kbEdgesBySourceSlug(orderBy: [RELATION_KEY_ASC, TARGET_SLUG_ASC], first: 20) { nodes { relationKey kbEntityByTargetSlug { ${target} } } }`
const tags = `kbEntityTagsByEntityId(orderBy: TAG_ASC) { nodes { tag } }`
const scalars = `rowId slug kindKey title summary`

const documents: Readonly<Record<QueryName, string>> = {
  Q1: `query Q1($s: String!) { entity: kbEntityBySlug(slug: $s) { ${scalars} } }`,
  Q2: `query Q2($s: String!) { entity: kbEntityBySlug(slug: $s) { ${scalars} ${tags} ${edges('title')} } }`,
  Q3: `query Q3($k: String!, $t: String!) { entities: benchEntitiesOfKind(kind: $k, tagged: $t, first: 50) { nodes { rowId slug title ${tags} outDegree } } }`,
  Q4: `query Q4($s: String!) { entity: kbEntityBySlug(slug: $s) { rowId title ${edges(`title ${edges('title')}`)} } }`,
  Q5: `query Q5($c: Cursor) { entities: allKbEntities(orderBy: SLUG_ASC, first: 50, after: $c) { edges { cursor node { ${scalars} } } pageInfo { hasNextPage endCursor } } }`,
  Q6: `query Q6($q: String!) { search: benchSearchEntities(words: $q, first: 20) { edges { node { rowId slug title summary } } } }`,
  Q8: `query Q8($s: String!) { entity: kbEntityBySlug(slug: $s) { benchAncestors(first: 100) { nodes { depth entityId slug title } } } }`,
}
const cursorDocument = `query ($s: String!) { allKbEntities(orderBy: SLUG_ASC, condition: {slug: $s}, first: 1) { edges { cursor } } }`

interface CursorAnswer {
  readonly data: { readonly allKbEntities: { readonly edges: readonly { readonly cursor: string }[] } }
}

/**
 * Asks PostGraphile by GraphQL, in its own words. Its cursors for Q5 are fetched here, one for each sample.
 *
 * @param ask sends one request body and gives the parsed answer
 */
export async function createPostgraphileClient(
  ask: (request: BenchRequest) => Promise<unknown>,
  pageStarts: readonly Sample[],
): Promise<BenchClient> {
  const cursors = new Map<string, string>()
  await inParallel(pageStarts, 16, async ({ c }) => {
    const answer = (await ask({
      path: '/graphql',
      body: JSON.stringify({ query: cursorDocument, variables: { s: c } }),
    })) as CursorAnswer
    cursors.set(c!, answer.data.allKbEntities.edges[0]!.cursor)
  })
  return {
    name: 'postgraphile',
    request(query, sample) {
      const { c } = sample
      const variables = c === undefined ? sample : { c: cursors.get(c) }
      return { path: '/graphql', body: JSON.stringify({ query: documents[query], variables }) }
    },
    facts: (_query, body) => factsOf(body),
  }
}

interface Ancestor {
  readonly depth: number
  readonly entityId: string
  readonly slug: string
  readonly title: string
}

/** PostGraphile's words for what ours says, by the name of the field. */
const translations: Readonly<Record<string, (value: unknown) => Record<string, unknown>>> = {
  rowId: (id) => ({ id }),
  kindKey: (key) => ({ kind: { key } }),
  relationKey: (key) => ({ relation: { key } }),
  outDegree: (degree) => ({ degree }),
  kbEntityTagsByEntityId: (list) => ({
    tags: (list as { nodes: { tag: string }[] }).nodes.map(({ tag }) => tag),
  }),
  kbEdgesBySourceSlug: (list) => ({ edges: factsOf(list) }),
  kbEntityByTargetSlug: (target) => ({ target: factsOf(target) }),
  benchAncestors: (list) => ({
    reachable: {
      edges: (list as { nodes: Ancestor[] }).nodes.map(({ depth, entityId, slug, title }) => ({
        depth,
        node: { id: entityId, slug, title },
      })),
    },
  }),
  cursor: (cursor) => ({ cursor: typeof cursor === 'string' && cursor.length > 0 }),
  endCursor: (cursor) => ({ endCursor: typeof cursor === 'string' && cursor.length > 0 }),
}

function factsOf(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(factsOf)
  if (typeof body !== 'object' || body === null) return body
  const parts = Object.entries(body).map(
    ([key, value]) => translations[key]?.(value) ?? { [key]: factsOf(value) },
  )
  return Object.assign({}, ...parts) as unknown
}
