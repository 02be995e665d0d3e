import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anyEdit, EditingModel, type Edit, type Outcome } from '../support/editing-model.ts'
import { startGraphApi, type GraphApi } from '../support/graph-api.ts'
import { createMutations } from '../support/mutations.ts'

let api: GraphApi
let run: ReturnType<typeof createMutations>
beforeAll(async () => {
  api = await startGraphApi()
  run = createMutations(api)
})
afterAll(() => api.stop())

async function ask(query: string, variables: object): Promise<unknown> {
  const { body } = await api.askAs('EDITOR', query, variables)
  if (body.errors) throw new Error(JSON.stringify(body.errors))
  return body.data
}

interface RevisionOf {
  revision: number
  state: { title: string; tags: string[] }
}
async function historyOf(slug: string): Promise<RevisionOf[]> {
  const revisions: RevisionOf[] = []
  for (let after: string | null = null; ;) {
    const data = await ask(
      `query ($slug: Key!, $after: String) { entity(by: { slug: $slug }) { revisions(first: 100, after: $after) {
         nodes { revision state } pageInfo { hasNextPage endCursor } } } }`,
      { slug, after },
    )
    const { entity } = data as {
      entity: { revisions: { nodes: RevisionOf[]; pageInfo: { hasNextPage: boolean; endCursor: string } } }
    }
    const { revisions: page } = entity
    revisions.push(...page.nodes)
    if (!page.pageInfo.hasNextPage) return revisions.reverse()
    after = page.pageInfo.endCursor
  }
}

describe('200 editors on 20 entities', () => {
  test('keeps every acknowledged write in the history and reports conflicts to the rest', async () => {
    const slugs = Array.from({ length: 20 }, (_, at) => `shared-${at}`)
    for (const slug of slugs) await run.createEntity({ slug, kind: 'country', title: 'Start' })
    const done: { slug: string; title: string; revision: number }[] = []
    let conflicts = 0
    const edit = async (editor: number) => {
      for (let round = 0; round < 3; round++) {
        const slug = slugs[(editor + round * 7) % slugs.length]!
        const { body } = await api.askAs('EDITOR', `{ entity(by: { slug: "${slug}" }) { revision } }`)
        const { revision } = body.data!['entity'] as { revision: number }
        const title = `editor ${editor} round ${round}`
        const result = await run.updateEntity({ by: { slug }, expectedRevision: revision, title })
        if (result.code === undefined) done.push({ slug, title, revision: result.entity.revision as number })
        else {
          expect(result.code).toBe('CONFLICT')
          expect(result.currentRevision).toBeGreaterThan(revision)
          conflicts++
        }
      }
    }
    await Promise.all(Array.from({ length: 200 }, (_, editor) => edit(editor)))
    expect(done.length + conflicts).toBe(600)
    expect(done.length).toBeGreaterThanOrEqual(slugs.length)
    expect(conflicts).toBeGreaterThan(0)
    for (const slug of slugs) {
      const history = await historyOf(slug)
      const own = done.filter((one) => one.slug === slug).sort((a, b) => a.revision - b.revision)
      expect(history.map(({ revision, state }) => [revision, state.title])).toEqual([
        [1, 'Start'],
        ...own.map(({ revision, title }) => [revision, title]),
      ])
    }
  }, 120_000)
})

describe('any sequence of edits', () => {
  let runs = 0
  /** @param believe what the model is told instead of an edit */
  const check = async (edits: readonly Edit[], believe: (edit: Edit) => Edit = (edit) => edit) => {
    const prefix = `model-${++runs}-`
    const model = new EditingModel()
    for (const edit of edits) {
      const outcome = await perform(prefix, edit, model)
      expect([edit, outcome]).toEqual([edit, model.apply(believe(edit))])
    }
    await compare(prefix, model)
  }
  const edits = fc.array(anyEdit, { minLength: 5, maxLength: 40 })

  test('matches a simple model, including its history', async () => {
    await fc.assert(
      fc.asyncProperty(edits, (drawn) => check(drawn)),
      { numRuns: 25 },
    )
  }, 120_000)

  test('would detect a server where the last writer wins', async () => {
    const winning: Edit[] = [
      { do: 'create', slug: 'a', title: 'One' },
      { do: 'update', slug: 'a', title: 'Two', late: 0 },
      { do: 'update', slug: 'a', title: 'Three', late: 1 },
    ]
    await check(winning)
    await expect(check(winning, (edit) => ('late' in edit ? { ...edit, late: 0 } : edit))).rejects.toThrow(
      'to deeply equal',
    )
  })

  async function perform(prefix: string, edit: Edit, model: EditingModel): Promise<Outcome> {
    const by = { slug: prefix + edit.slug }
    const expectedRevision = model.expected(edit.slug, 'late' in edit ? edit.late : 0)
    const edge = async (source: string, target: string) => {
      const { body } = await api.askAs(
        'EDITOR',
        'query ($where: GraphEdgeFilter) { edges(where: $where) { nodes { id revision } } }',
        { where: { source: { slug: { eq: prefix + source } }, target: { slug: { eq: prefix + target } } } },
      )
      return (body.data!['edges'] as { nodes: { id: string; revision: number }[] }).nodes[0]
    }
    const send = async () => {
      switch (edit.do) {
        case 'create':
          return run.createEntity({ slug: prefix + edit.slug, kind: 'country', title: edit.title })
        case 'update':
          return run.updateEntity({ by, expectedRevision, title: edit.title })
        case 'tag':
          return run.tagEntities({ entities: [by], add: edit.add, remove: edit.remove })
        case 'restore':
          return run.restoreEntity({ by, revision: edit.revision, expectedRevision })
        case 'delete':
          return run.deleteEntity({ by, expectedRevision, edges: edit.cascade ? 'CASCADE' : 'REFUSE' })
        case 'merge':
          return run.mergeEntities({ into: by, from: [{ slug: prefix + edit.from }] })
        case 'join':
          return run.createEdge({ relation: 'knows', source: by, target: { slug: prefix + edit.to } })
        case 'part': {
          const { id, revision } = (await edge(edit.slug, edit.to)) ?? { id: 'none', revision: 1 }
          return run.deleteEdge({ id, expectedRevision: revision })
        }
      }
    }
    return ((await send()) as { code?: Outcome }).code ?? 'DONE'
  }

  async function compare(prefix: string, model: EditingModel): Promise<void> {
    const data = await ask(
      `query ($prefix: String!) {
         entities(first: 100, where: { slug: { startsWith: $prefix } }) { nodes { slug } }
         edges(first: 100, where: { source: { slug: { startsWith: $prefix } } }) { nodes { source { slug } target { slug } } } }`,
      { prefix },
    )
    const { entities, edges } = data as {
      entities: { nodes: { slug: string }[] }
      edges: { nodes: { source: { slug: string }; target: { slug: string } }[] }
    }
    expect(entities.nodes.map(({ slug }) => slug.slice(prefix.length)).sort()).toEqual(
      [...model.entities.keys()].sort(),
    )
    expect(
      edges.nodes
        .map(({ source, target }) => [source, target].map(({ slug }) => slug.slice(prefix.length)).join('|'))
        .sort(),
    ).toEqual([...model.edges].sort())
    for (const [slug, states] of model.entities) {
      const history = await historyOf(prefix + slug)
      expect(history.map(({ revision, state: { title, tags } }) => ({ revision, title, tags }))).toEqual(
        states,
      )
    }
  }
})
