import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeGlobalId } from '../../src/domain/graph/global-id.ts'
import { startGraphApi, type GraphApi } from '../support/graph-api.ts'
import { secret } from '../support/small-graph.ts'

let api: GraphApi
let hidden: string[]
beforeAll(async () => {
  // Each query asks for everything a draft could leak into, which exceeds the cost limit.
  api = await startGraphApi(undefined, undefined, { armour: { maxCost: 1_000_000 } })
  const ids = async (type: Parameters<typeof encodeGlobalId>[0], sql: string) => {
    const { rows } = await api.database.pool.query<{ id: string }>(sql)
    expect(rows.length).toBeGreaterThan(0)
    return rows.map(({ id }) => encodeGlobalId(type, id))
  }
  hidden = [
    ...(await ids('Entity', `SELECT id FROM kb_entities WHERE status <> 'PUBLISHED'`)),
    ...(await ids('GraphEdge', `SELECT id FROM kb_edges WHERE source_slug IN ('draftland', 'archiveland')`)),
    ...(await ids('Workflow', `SELECT id FROM kb_workflows WHERE status <> 'PUBLISHED'`)),
    ...(await ids('WorkflowStep', `SELECT id FROM kb_workflow_steps WHERE title LIKE '${secret}%'`)),
    ...(await ids('MediaObject', `SELECT id FROM kb_media_objects WHERE caption = '${secret}'`)),
    ...(await ids('ProvenanceRun', `SELECT id FROM kb_provenance_runs WHERE tool = '${secret}'`)),
    ...(await ids('EntitySource', `SELECT id FROM kb_entity_sources WHERE uri LIKE '%${secret}'`)),
  ]
})
afterAll(() => api.stop())

const entity =
  'slug title summary url tags attributes degree edges { totalCount nodes { attributes sources { nodes { document { uri } } } source { title } target { title } } } neighbors { totalCount nodes { title } } media { totalCount nodes { key } } workflows { totalCount nodes { title } } sources { totalCount nodes { document { uri title } entity { title } edge { attributes } } }'
const doors: Record<string, string> = {
  'entity by slug': `{ entity(by: {slug: "draftland"}) { ${entity} } }`,
  'entity by url': `{ entity(by: {url: "https://example.org/SECRET"}) { ${entity} } }`,
  entities: `{ entities(first: 100) { nodes { ${entity} } facets(by: [KIND, DOMAIN, TAG, STATUS, SOURCE]) { buckets { value label count } } } }`,
  'entities by status': `{ entities(where: {status: [DRAFT, ARCHIVED]}) { totalCount nodes { ${entity} } } }`,
  'entities by an edge to a draft': `{ entities(where: {edges: {some: {entity: {slug: {eq: "draftland"}}}}}) { totalCount nodes { slug } } }`,
  edges: `{ edges(first: 100) { nodes { attributes source { ${entity} } target { title } sources { nodes { document { uri } } } } } }`,
  'edges by a draft': `{ edges(where: {source: {slug: {eq: "draftland"}}}) { totalCount nodes { attributes } } }`,
  vocabulary: `{ vocabulary { entityKinds { key count } relations { key count } domains { key count } tags(first: 100) { tag count } } }`,
  search: `{ search(query: "SECRET") { totalCount edges { node { ... on Entity { title } ... on Workflow { title } } highlights { snippet } } facets(by: [TAG]) { buckets { value } } } }`,
  suggest: `{ suggest(prefix: "SECRET") { text entity { title } } }`,
  media: `{ mediaObjects { nodes { key usedBy { totalCount nodes { title } } } } }`,
  'media unused': `{ mediaObjects(where: {unused: true}) { nodes { key } } }`,
  'media by its key': `{ media(by: {key: "film/unused"}) { caption } }`,
  workflow: `{ workflow(by: {slug: "hidden"}) { title } }`,
  workflows: `{ workflows { totalCount nodes { title steps { title entity { title } dependsOn { title } } entities { totalCount nodes { title } } } } }`,
  'workflows by a draft': `{ workflows(where: {entity: {slug: {eq: "draftland"}}}) { totalCount nodes { title } } }`,
  reachable: `{ entities { nodes { reachable(maxDepth: 10, minDepth: 0, first: 100) { totalCount nodes { title } edges { path { entities { title } edges { attributes } } } } } } }`,
  'reachable by a draft': `{ entities { nodes { reachable(maxDepth: 10, where: {status: [DRAFT, ARCHIVED]}) { totalCount nodes { title } } } } }`,
  similar: `{ entities { nodes { similar(first: 100) { entity { title } shared { title } } tags: similar(by: SHARED_TAGS) { entity { title } } } } }`,
  metrics: `{ entities { nodes { slug metrics { degree inDegree outDegree pageRank } } } }`,
  'a path to a draft': `{ shortestPath(from: {slug: "portugal"}, to: {slug: "draftland"}) { entities { title } } paths(from: {slug: "draftland"}, to: {slug: "portugal"}) { truncated nodes { entities { title } } } }`,
  'a path through a draft': `{ paths(from: {slug: "portuguese"}, to: {slug: "spain"}, first: 100, options: {maxLength: 10}) { nodes { entities { title } edges { attributes source { title } } } } }`,
  'a subgraph': `{ subgraph(input: {}) { entityCount edgeCount entities { title tags } edges { attributes } } }`,
  'a subgraph around a draft': `{ subgraph(input: {seeds: [{slug: "draftland"}, {url: "https://example.org/SECRET"}, {slug: "portugal"}], depth: 10}) { entities { title } edges { attributes } } }`,
  'a provenance run': `{ provenanceRun(by: {key: "edit/SECRET"}) { tool agent } }`,
  'provenance runs': `{ provenanceRuns { totalCount nodes { key tool agent used { uri title } entities { totalCount nodes { title } } } } }`,
}

describe('unpublished content is invisible everywhere', () => {
  it.each(Object.entries(doors))('%s', async (_, door) => {
    const { body } = await api.server.ask(door.replaceAll('SECRET', secret))
    expect(body.errors).toBeUndefined()
    const text = JSON.stringify(body)
    expect(text).not.toContain(secret)
    expect(text).not.toMatch(/draftland|archiveland/)
    for (const id of hidden) expect(text).not.toContain(id)
  })

  it('node(id:) and nodes(ids:)', async () => {
    const { nodes } = await api.query(`query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`, { ids: hidden })
    expect(nodes).toEqual(hidden.map(() => null))
    for (const id of hidden)
      expect(
        await api.query(`query ($id: ID!) { node(id: $id) { id } edge(id: $id) { id } }`, { id }),
      ).toEqual({ node: null, edge: null })
  })

  it('no count includes it', async () => {
    const data = await api.query(
      `{ entity(by: {slug: "portugal"}) { degree neighbors { totalCount } edges { totalCount } media { totalCount } workflows { totalCount } }
         media(by: {key: "flag/pt"}) { usedBy { totalCount } } unused: mediaObjects(where: {unused: true}) { nodes { key } }
         entities { totalCount } edges { totalCount } workflows { totalCount nodes { entities { totalCount } } }
         statistics { entityCount edgeCount isolatedCount componentCount byKind { value count } byRelation { value count } }
         vocabulary { entityKinds { key count } relations { key count } domains { key count } tags(startsWith: "coast") { count } } }`,
    )
    expect(data.entity).toEqual({
      degree: 4,
      neighbors: { totalCount: 4 },
      edges: { totalCount: 4 },
      media: { totalCount: 1 },
      workflows: { totalCount: 1 },
    })
    expect(data.media.usedBy.totalCount).toBe(1)
    expect(data.unused.nodes).toEqual([])
    expect([data.entities.totalCount, data.edges.totalCount, data.workflows.totalCount]).toEqual([8, 10, 1])
    expect(data.workflows.nodes[0].entities.totalCount).toBe(2)
    expect(data.statistics).toMatchObject({
      entityCount: 8,
      edgeCount: 10,
      isolatedCount: 2,
      componentCount: 3,
    })
    expect(data.statistics.byRelation).toEqual([
      { value: 'borders', count: 4 },
      { value: 'knows', count: 3 },
      { value: 'speaks', count: 3 },
    ])
    expect(data.vocabulary.entityKinds).toEqual([
      { key: 'city', count: 1 },
      { key: 'country', count: 5 },
      { key: 'language', count: 2 },
    ])
    expect(data.vocabulary.domains).toEqual([
      { key: 'geography', count: 4 },
      { key: 'languages', count: 2 },
    ])
    expect(data.vocabulary.tags).toEqual([{ count: 3 }])
  })

  it('would be visible if published: the test can fail', async () => {
    await api.database.pool.query(`UPDATE kb_entities SET status = 'PUBLISHED' WHERE slug = 'draftland'`)
    const { body } = await api.server.ask(doors['entities']!)
    expect(JSON.stringify(body)).toContain(secret)
    await api.database.pool.query(`UPDATE kb_entities SET status = 'DRAFT' WHERE slug = 'draftland'`)
    expect(JSON.stringify((await api.server.ask(doors['entities']!)).body)).not.toContain(secret)
  })
})
