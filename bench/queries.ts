import { isBuilt } from './built-fields.ts'

/** The canonical queries, each a common way of reading the graph; Q7 is the whole graph, which is measured by itself. */
export type QueryName = 'Q1' | 'Q2' | 'Q3' | 'Q4' | 'Q5' | 'Q6' | 'Q8'

export interface CanonicalQuery {
  readonly name: QueryName
  readonly title: string
  /** The operation as our API takes it; its variables are those of the query's samples. */
  readonly document: string
}

const byName: Record<QueryName, Omit<CanonicalQuery, 'name'>> = {
  Q1: {
    title: 'entity by slug, 5 scalars',
    document: `query Q1($s: Key!) { entity(by: {slug: $s}) { id slug kind { key } title summary } }`,
  },
  Q2: {
    title: 'the same with tags and 20 edges',
    document: `query Q2($s: Key!) { entity(by: {slug: $s}) { id slug kind { key } title summary tags edges(direction: OUT, first: 20) { nodes { relation { key } target { title } } } } }`,
  },
  Q3: {
    title: 'first 50 by kind and tag, with tags and out-degree',
    document: `query Q3($k: Key!, $t: String!) { entities(where: {kind: {eq: $k}, tags: {hasAll: [$t]}}, orderBy: [{field: SLUG}], first: 50) { nodes { id slug title tags degree(direction: OUT) } } }`,
  },
  Q4: {
    title: 'two hops, 20 × 20',
    document: `query Q4($s: Key!) { entity(by: {slug: $s}) { id title edges(direction: OUT, first: 20) { nodes { relation { key } target { title edges(direction: OUT, first: 20) { nodes { relation { key } target { title } } } } } } } }`,
  },
  Q5: {
    title: 'a page of 50 at a deep cursor',
    document: `query Q5($c: String) { entities(orderBy: [{field: SLUG}], first: 50, after: $c) { edges { cursor node { id slug kind { key } title summary } } pageInfo { hasNextPage endCursor } } }`,
  },
  Q6: {
    title: 'full text, first 20',
    document: `query Q6($q: String!) { search(query: $q, targets: [ENTITY], first: 20) { edges { node { ... on Entity { id slug title summary } } } } }`,
  },
  Q8: {
    title: 'ancestors to depth 8',
    document: `query Q8($s: Key!) { entity(by: {slug: $s}) { reachable(direction: OUT, relations: ["hypernym", "instance_hypernym"], maxDepth: 8, first: 100) { edges { depth node { id slug title } } } } }`,
  },
}

/** Every one of them, in order, those among them that this version of the API cannot answer. */
export const allQueries: readonly CanonicalQuery[] = Object.entries(byName).map(([name, query]) => ({
  name: name as QueryName,
  ...query,
}))

/** Those that the API answers, which are the ones that are measured. */
export const canonicalQueries: readonly CanonicalQuery[] = allQueries.filter(
  ({ name }) => name !== 'Q8' || isBuilt('Entity', 'reachable'),
)
