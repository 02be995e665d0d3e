interface ExampleQuery {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
}

/** What GraphiQL opens with: one question of each sort to the sample graph. A test runs them all. */
export const exampleQueries: readonly ExampleQuery[] = [
  {
    query: `# A country and its neighbors. Press the triangle to run it.
query Neighbors($slug: Key!) {
  entity(by: { slug: $slug }) {
    title
    kind { label }
    tags
    neighbors(relations: ["borders"]) {
      nodes { slug title }
    }
  }
}
`,
    variables: { slug: 'portugal' },
  },
  {
    query: `# Page through the countries: put endCursor into $after.
query Countries($after: String) {
  entities(where: { kind: { eq: "country" } }, orderBy: [{ field: TITLE }], first: 10, after: $after) {
    totalCount
    nodes { slug title degree }
    pageInfo { hasNextPage endCursor }
  }
}
`,
    variables: { after: null },
  },
  {
    query: `# Full-text search with highlights.
query Search($words: String!) {
  search(query: $words, targets: [ENTITY], first: 10) {
    edges {
      score
      node { ... on Entity { slug title summary } }
    }
  }
}
`,
    variables: { words: 'island' },
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
