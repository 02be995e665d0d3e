import type { GraphReader } from '../../readers/graph-reader.ts'
import { createFieldSet } from '../../readers/fields.ts'

export interface ExampleQuery {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
}

export interface ExampleSubject {
  readonly slug: string
  readonly kind: string
  readonly relation: string
  readonly words: string
}

export type ExampleReader = Pick<GraphReader, 'entity' | 'edges' | 'entities'>

export const sampleSubject: ExampleSubject = {
  slug: 'portugal',
  kind: 'country',
  relation: 'borders',
  words: 'island',
}

const wanted = createFieldSet(['slug', 'title', 'kindKey'] as const)
const first = { limit: 1, backward: false, after: null, before: null } as const

/** Finds an entity for the examples: the sample's Portugal, else the first edge's source, else the first entity. */
export async function findSubject(reader: ExampleReader): Promise<ExampleSubject> {
  const { slug } = sampleSubject
  const sample = await reader.entity({ by: 'slug', slug }, wanted)
  if (sample?.kindKey === sampleSubject.kind) return sampleSubject
  const fields = { ...createFieldSet(['relationKey'] as const), source: wanted, target: null }
  const list = { where: null, orderBy: [], page: first, withPositions: false } as const
  const edge = (await reader.edges({ ...list, fields })).items[0]?.item
  const entity = edge?.source ?? (await reader.entities({ ...list, fields: wanted }, null)).items[0]?.item
  if (entity === undefined) return sampleSubject
  return {
    slug: entity.slug,
    kind: entity.kindKey,
    relation: edge?.relationKey ?? sampleSubject.relation,
    words: /[\p{L}\p{N}]+/u.exec(entity.title)?.[0] ?? entity.slug,
  }
}

/** GraphiQL's initial queries, one of each kind. A test runs them all. */
export function createExampleQueries({
  slug,
  kind,
  relation,
  words,
}: ExampleSubject): readonly ExampleQuery[] {
  return [
    {
      query: `# An entity and its neighbors. Press the triangle to run it.
query Neighbors($slug: Key!) {
  entity(by: { slug: $slug }) {
    title
    kind { label }
    tags
    neighbors(relations: ["${relation}"]) {
      nodes { slug title }
    }
  }
}
`,
      variables: { slug },
    },
    {
      query: `# Page through the entities of a kind: put endCursor into $after.
query Pages($kind: Key!, $after: String) {
  entities(where: { kind: { eq: $kind } }, orderBy: [{ field: TITLE }], first: 10, after: $after) {
    totalCount
    nodes { slug title degree }
    pageInfo { hasNextPage endCursor }
  }
}
`,
      variables: { kind, after: null },
    },
    {
      query: `# Full-text search with highlights.
query Search($words: String!) {
  search(query: $words, targets: [ENTITY], first: 10) {
    edges {
      score
      node { ... on Entity { slug title summary } }
      highlights { field snippet }
    }
  }
}
`,
      variables: { words },
    },
    {
      query: `# What the graph is made of.
query Vocabulary {
  vocabulary {
    entityKinds { key label count }
    relations { key label inverseLabel isSymmetric }
    domains { key label count }
  }
  statistics { entityCount edgeCount hash }
}
`,
      variables: {},
    },
  ]
}
