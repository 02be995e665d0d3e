import { isDeepStrictEqual } from 'node:util'
import { isOwn, type ContenderName } from '../contender-name.ts'

/** How a contender is asked for the whole graph, and what its answer says. */
export interface WholeClient {
  readonly path: string
  /** JSON to POST; a GET without. */
  readonly body: string | null
  facts(answer: unknown): WholeFacts
}

/** What all contenders say of the graph; each list in its own order, which all of them share. */
export interface WholeFacts {
  readonly nodes: readonly object[]
  readonly edges: readonly object[]
  readonly domains: readonly object[]
}

const document = `{
  nodes: allKbEntities(orderBy: SLUG_ASC) { nodes { slug title kindKey domainKey summary positionX positionY weight kbEntityTagsByEntityId(orderBy: TAG_ASC) { nodes { tag } } } }
  edges: allKbEdges(orderBy: [RELATION_KEY_ASC, SOURCE_SLUG_ASC, TARGET_SLUG_ASC]) { nodes { sourceSlug targetSlug relationKey weight } }
  domains: allKbDomains(orderBy: KEY_ASC) { nodes { key label color position } }
}`

interface Whole {
  readonly nodes: readonly Record<string, unknown>[]
  readonly edges: readonly Record<string, unknown>[]
  readonly domains: readonly Record<string, unknown>[]
}

interface PostgraphileAnswer {
  readonly data?: Readonly<Record<keyof Whole, { readonly nodes: readonly Record<string, unknown>[] }>>
  readonly errors?: unknown
}

const own: WholeClient = {
  path: '/api/constellation',
  body: null,
  facts: (answer) => factsOf(answer as Whole),
}
const postgraphile: WholeClient = {
  path: '/graphql',
  body: JSON.stringify({ query: document }),
  facts(answer) {
    const { data, errors } = answer as PostgraphileAnswer
    if (!data) throw new Error(`PostGraphile does not tell the whole graph: ${JSON.stringify(errors)}`)
    return factsOf({
      nodes: data.nodes.nodes.map(
        ({ kindKey, domainKey, positionX, positionY, kbEntityTagsByEntityId, ...rest }) => ({
          ...rest,
          kind: kindKey,
          domain: domainKey,
          x: positionX,
          y: positionY,
          tags: (kbEntityTagsByEntityId as { nodes: { tag: string }[] }).nodes.map(({ tag }) => tag),
        }),
      ),
      edges: data.edges.nodes.map(({ sourceSlug, targetSlug, relationKey, weight }) => ({
        source: sourceSlug,
        target: targetSlug,
        relation: relationKey,
        weight,
      })),
      // It orders by indexed columns alone.
      domains: data.domains.nodes.toSorted(
        (left, right) => Number(left['position']) - Number(right['position']),
      ),
    })
  },
}

/** The client of a contender. */
export function wholeClientOf(name: ContenderName): WholeClient {
  if (name === 'postgraphile') return postgraphile
  return isOwn(name) ? own : { ...own, path: '/whole' }
}

function factsOf({ nodes, edges, domains }: Whole): WholeFacts {
  return {
    nodes: nodes.map(({ slug, title, kind, domain, summary, tags, x, y, weight }) => ({
      ...{ slug, title, kind, domain: domain ?? null, summary: summary ?? null, tags },
      ...{ x: x ?? null, y: y ?? null, weight: weight ?? null },
    })),
    edges: edges.map(({ source, target, relation, weight }) => ({
      ...{ source, target, relation, weight: weight ?? null },
    })),
    domains: domains.map(({ key, label, color }) => ({ key, label, color: color ?? null })),
  }
}

/** The first place where two answers say something else, in words; null where they agree. */
export function wholeDifference(left: WholeFacts, right: WholeFacts): string | null {
  for (const list of ['nodes', 'edges', 'domains'] as const) {
    const [ours, others] = [left[list], right[list]]
    if (ours.length !== others.length) return `${ours.length} ${list} and ${others.length}`
    const index = ours.findIndex((item, place) => !isDeepStrictEqual(item, others[place]))
    if (index !== -1)
      return `${list}[${index}]: ${JSON.stringify(ours[index])} and ${JSON.stringify(others[index])}`
  }
  return null
}
