import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGraphApi, type GraphApi } from '../../support/graph-api.ts'

let api: GraphApi
beforeAll(async () => {
  api = await startGraphApi()
})
afterAll(() => api.stop())

const slugsOf = (list: { nodes: { slug: string }[] }) => list.nodes.map(({ slug }) => slug)

describe('one entity', () => {
  it('returns the same data by slug, url and id', async () => {
    const fields = `{ id slug kind { key label } domain { key label color } title summary url status tags attributes
      area: attribute(pointer: "/area") native: attribute(pointer: "/names/native") none: attribute(pointer: "/x/y")
      createdAt revision contentHash degree }`
    const { bySlug, byUrl } = await api.query(
      `{ bySlug: entity(by: {slug: "portugal"}) ${fields} byUrl: entity(by: {url: "https://example.org/pt"}) ${fields} }`,
    )
    expect(bySlug).toMatchObject({
      slug: 'portugal',
      kind: { key: 'country', label: 'Country' },
      domain: { key: 'geography', label: 'Geography', color: '#123456' },
      title: 'Portugal',
      status: 'PUBLISHED',
      tags: ['coast', 'eu'],
      area: 92090,
      native: 'Portugal',
      none: null,
      revision: 1,
      degree: 4,
    })
    expect(bySlug.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
    expect(byUrl).toEqual(bySlug)
    const { byId, node } = await api.query(
      `query ($id: ID!) { byId: entity(by: {id: $id}) ${fields} node(id: $id) { __typename id ... on Entity ${fields} } }`,
      { id: bySlug.id },
    )
    expect(byId).toEqual(bySlug)
    expect(node).toEqual({ __typename: 'Entity', ...bySlug })
  })

  it('is null if it does not exist', async () => {
    const data = await api.query(
      `{ entity(by: {slug: "atlantis"}) { id } nodes(ids: ["", "RW50aXR5OmFi", "!!"]) { id } node(id: "x") { id } }`,
    )
    expect(data).toEqual({ entity: null, nodes: [null, null, null], node: null })
  })
})

describe('neighbors', () => {
  it('ignore the direction of a symmetric relation, whichever way it is stored', async () => {
    for (const direction of ['OUT', 'IN', 'ANY']) {
      const { spain } = await api.query(
        `query ($d: TraversalDirection!) { spain: entity(by: {slug: "spain"}) { neighbors(direction: $d, relations: ["borders"]) { totalCount nodes { slug } } degree(direction: $d, relations: ["borders"]) } }`,
        { d: direction },
      )
      expect(slugsOf(spain.neighbors), direction).toEqual(['andorra', 'france', 'portugal'])
      expect([spain.neighbors.totalCount, spain.degree]).toEqual([3, 3])
    }
  })

  it('have one entry per edge, with its direction; a self-loop is one entry', async () => {
    const { spain } = await api.query(
      `{ spain: entity(by: {slug: "spain"}) {
        any: neighbors(relations: ["knows"]) { totalCount edges { direction node { slug } edge { relation { key inverseLabel } source { title } target { title } } } }
        out: neighbors(direction: OUT, relations: ["knows"]) { nodes { slug } }
        in: neighbors(direction: IN, relations: ["knows"]) { nodes { slug } } } }`,
    )
    expect(
      spain.any.edges.map((edge: { direction: string; node: { slug: string } }) => [
        edge.direction,
        edge.node.slug,
      ]),
    ).toEqual([
      ['OUT', 'portugal'],
      ['IN', 'portugal'],
      ['OUT', 'spain'],
    ])
    expect(spain.any.totalCount).toBe(3)
    expect(spain.any.edges[1].edge).toEqual({
      relation: { key: 'knows', inverseLabel: 'known by' },
      source: { title: 'Portugal' },
      target: { title: 'Spain' },
    })
    expect(slugsOf(spain.out)).toEqual(['portugal', 'spain'])
    expect(slugsOf(spain.in)).toEqual(['portugal', 'spain'])
  })

  it('page both ways under a filter and an order', async () => {
    const ask = async (paging: string) =>
      (
        await api.query(
          `{ entity(by: {slug: "spain"}) { neighbors(where: {kind: {eq: "country"}}, orderBy: [{field: TITLE, direction: DESC}], ${paging}) { nodes { slug } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } } }`,
        )
      ).entity.neighbors
    const all = slugsOf(await ask('first: 100'))
    expect(all).toEqual(['spain', 'portugal', 'portugal', 'portugal', 'france', 'andorra'])
    const forward: string[] = []
    let page = await ask('first: 2')
    for (;;) {
      forward.push(...slugsOf(page))
      if (!page.pageInfo.hasNextPage) break
      page = await ask(`first: 2, after: "${page.pageInfo.endCursor}"`)
    }
    expect(forward).toEqual(all)
    const backward = slugsOf(await ask(`last: 3, before: "${page.pageInfo.startCursor}"`))
    expect(backward).toEqual(all.slice(1, 4))
  })
})

describe('edges of an entity', () => {
  it('have both ends, a stable order, filters and counts', async () => {
    const { portugal } = await api.query(
      `{ portugal: entity(by: {slug: "portugal"}) {
        edges { totalCount nodes { relation { key } source { slug title } target { slug title } attributes sources { nodes { document { uri } } } } }
        strong: edges(where: {weight: {gt: 1000}}, orderBy: [{field: WEIGHT, direction: DESC}]) { totalCount nodes { weight target { slug } } }
        speaks: edges(direction: OUT, where: {relation: {eq: "speaks"}, target: {domain: {eq: "languages"}}}) { nodes { target { title } } } } }`,
    )
    expect(
      portugal.edges.nodes.map((edge: any) => `${edge.source.slug} ${edge.relation.key} ${edge.target.slug}`), // eslint-disable-line @typescript-eslint/no-explicit-any
    ).toEqual([
      'portugal borders spain',
      'portugal knows spain',
      'spain knows portugal',
      'portugal speaks portuguese',
    ])
    expect(portugal.edges.totalCount).toBe(4)
    expect(portugal.edges.nodes[0].sources.nodes).toEqual([
      { document: { uri: 'https://example.org/treaty' } },
    ])
    expect(portugal.edges.nodes[3].attributes).toEqual({ official: true })
    expect(portugal.strong).toEqual({ totalCount: 1, nodes: [{ weight: 1214, target: { slug: 'spain' } }] })
    expect(portugal.speaks.nodes).toEqual([{ target: { title: 'Portuguese' } }])
  })
})

describe('facets', () => {
  it('count matching entities, by descending count, then value', async () => {
    const { entities } = await api.query(
      `{ entities(where: {kind: {ne: "city"}}) { totalCount facets(by: [KIND, DOMAIN, TAG, STATUS, SOURCE]) { field buckets { value label count } } } }`,
    )
    expect(entities.totalCount).toBe(7)
    expect(entities.facets).toEqual([
      { field: 'KIND', buckets: [bucket('country', 'Country', 5), bucket('language', 'Language', 2)] },
      {
        field: 'DOMAIN',
        buckets: [bucket('geography', 'Geography', 4), bucket('languages', 'Languages', 2)],
      },
      {
        field: 'TAG',
        buckets: [
          bucket('coast', 'coast', 3),
          bucket('eu', 'eu', 3),
          bucket('island', 'island', 1),
          bucket('landlocked', 'landlocked', 1),
        ],
      },
      { field: 'STATUS', buckets: [bucket('PUBLISHED', 'Published', 7)] },
      {
        field: 'SOURCE',
        buckets: [
          bucket('https://example.org/atlas', 'Atlas', 2),
          bucket('https://example.org/book', 'Book', 1),
        ],
      },
    ])
  })
})

function bucket(value: string, label: string, count: number) {
  return { value, label, count }
}
