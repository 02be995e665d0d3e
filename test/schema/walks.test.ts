import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashJson } from '../../src/domain/hash.ts'
import { startGraphApi, type GraphApi } from '../support/graph-api.ts'

describe.each([
  ['the database', false],
  ['memory', true],
])('from %s', (_, inMemory) => {
  let api: GraphApi
  beforeAll(async () => {
    api = await startGraphApi(undefined, undefined, { inMemory })
  })
  afterAll(() => api.stop())

  async function refusalOf(query: string, variables?: unknown) {
    const { body } = await api.server.ask(query, variables)
    expect(body.errors).toHaveLength(1)
    const { message, extensions } = body.errors![0]!
    return { message, code: extensions.code, argument: extensions.argument }
  }

  interface Page<Node> {
    readonly edges: { readonly cursor: string; readonly node: Node }[]
    readonly pageInfo: {
      readonly hasNextPage: boolean
      readonly hasPreviousPage: boolean
      readonly endCursor: string
    }
  }

  describe('Entity.reachable', () => {
    const fields =
      'totalCount truncated edges { depth node { slug } path { length cost entities { slug } edges { relation { key } source { slug } target { slug } } } }'
    const reach = (slug: string, args: string) =>
      api
        .query(`{ entity(by: {slug: "${slug}"}) { reachable(${args}) { ${fields} } } }`)
        .then((data) => data.entity.reachable)
    const slugsOf = (reachable: { edges: { depth: number; node: { slug: string } }[] }) =>
      reachable.edges.map(({ depth, node }) => `${depth} ${node.slug}`)

    it('follows edges, symmetric ones both ways, and lists each entity once', async () => {
      expect(slugsOf(await reach('portugal', 'direction: OUT, maxDepth: 10'))).toEqual([
        '1 portuguese',
        '1 spain',
        '2 andorra',
        '2 france',
        '2 spanish',
      ])
      expect(slugsOf(await reach('spanish', 'direction: IN, maxDepth: 2'))).toEqual([
        '1 andorra',
        '1 spain',
        '2 france',
        '2 portugal',
      ])
      expect(slugsOf(await reach('spanish', 'direction: OUT'))).toEqual([])
      expect(slugsOf(await reach('portugal', 'relations: ["speaks"], maxDepth: 3'))).toEqual(['1 portuguese'])
    })

    it('returns the path with the smallest slugs', async () => {
      const { edges } = await reach('portugal', 'maxDepth: 3')
      const path = edges.find(({ node }: { node: { slug: string } }) => node.slug === 'spanish').path
      expect(path.entities.map(({ slug }: { slug: string }) => slug)).toEqual([
        'portugal',
        'spain',
        'spanish',
      ])
      expect(path.edges).toEqual([
        { relation: { key: 'borders' }, source: { slug: 'portugal' }, target: { slug: 'spain' } },
        { relation: { key: 'speaks' }, source: { slug: 'spain' }, target: { slug: 'spanish' } },
      ])
      expect([path.length, path.cost]).toEqual([2, 2])
    })

    it('lists only matches of `where`, walks through others, and includes the start only at depth 0', async () => {
      const languages = await reach('portugal', 'where: {kind: {eq: "language"}}, maxDepth: 2')
      expect(slugsOf(languages)).toEqual(['1 portuguese', '2 spanish'])
      expect([languages.totalCount, languages.truncated]).toEqual([2, false])
      expect(slugsOf(await reach('portugal', 'minDepth: 0, maxDepth: 0'))).toEqual(['0 portugal'])
      expect(slugsOf(await reach('portugal', 'minDepth: 2, maxDepth: 2'))).toEqual([
        '2 andorra',
        '2 france',
        '2 spanish',
      ])
    })

    it('pages through one list with cursors bound to its arguments', async () => {
      const pages: string[] = []
      let after: string | null = null
      do {
        const page: {
          entity: {
            reachable: Page<{ slug: string }> & { edges: { depth: number; node: { slug: string } }[] }
          }
        } = await api.query(
          `query ($after: String) { entity(by: {slug: "portugal"}) { reachable(maxDepth: 3, first: 2, after: $after) { edges { cursor depth node { slug } } pageInfo { hasNextPage endCursor } } } }`,
          { after },
        )
        const { edges, pageInfo } = page.entity.reachable
        pages.push(...slugsOf({ edges }))
        after = pageInfo.hasNextPage ? pageInfo.endCursor : null
      } while (after !== null)
      expect(pages).toEqual(slugsOf(await reach('portugal', 'maxDepth: 3')))
      const { entity } = await api.query(
        `{ entity(by: {slug: "portugal"}) { reachable(maxDepth: 3, first: 1) { pageInfo { endCursor } } } }`,
      )
      const other = `query ($after: String) { entity(by: {slug: "portugal"}) { reachable(maxDepth: 2, after: $after) { nodes { slug } } } }`
      expect(await refusalOf(other, { after: entity.reachable.pageInfo.endCursor })).toMatchObject({
        code: 'BAD_CURSOR',
      })
    })

    it('uses one statement for many starts, and none from memory', async () => {
      api.statements.length = 0
      const { entities } = await api.query(
        `{ entities { nodes { reachable { nodes { slug } totalCount } } } }`,
      )
      expect(entities.nodes).toHaveLength(8)
      expect(api.statements).toHaveLength(inMemory ? 0 : 3)
    })

    it.each([
      ['maxDepth: 11', 'maxDepth'],
      ['maxDepth: -1', 'maxDepth'],
      ['minDepth: 3', 'minDepth'],
      ['first: 101', 'first'],
      ['where: {kind: {eq: null}}', undefined],
    ])('refuses %s', async (args, argument) => {
      const refusal = await refusalOf(
        `{ entity(by: {slug: "spain"}) { reachable(${args}) { totalCount nodes { slug } } } }`,
      )
      expect(refusal).toMatchObject({ code: 'BAD_REQUEST', argument })
    })
  })

  const ends = 'from: {slug: "portugal"}, to: {slug: "spanish"}'
  const pathFields = 'length cost entities { slug } edges { relation { key } weight }'
  const wayOf = (path: { entities: { slug: string }[] }) => path.entities.map(({ slug }) => slug).join(' ')

  describe('shortestPath', () => {
    const find = (args: string) =>
      api.query(`{ shortestPath(${args}) { ${pathFields} } }`).then((data) => data.shortestPath)

    it('has the fewest edges or the lowest weight', async () => {
      expect(wayOf(await find(ends))).toBe('portugal spain spanish')
      // knows has no weight and counts 1, borders counts 1214.
      expect(await find(`${ends}, options: {cost: WEIGHT}`)).toMatchObject({
        cost: 2,
        edges: [{ relation: { key: 'knows' } }, { relation: { key: 'speaks' } }],
      })
      expect((await find(`${ends}, options: {cost: INVERSE_WEIGHT}`)).cost).toBe(1 / 1214 + 1)
      expect(
        wayOf(
          await find(
            'from: {slug: "france"}, to: {slug: "portugal"}, options: {direction: OUT, relations: ["borders"]}',
          ),
        ),
      ).toBe('france spain portugal')
    })

    it('passes only through allowed entities, except for its ends', async () => {
      const through = (filter: string) =>
        `${ends}, options: {relations: ["borders", "speaks"], through: ${filter}}`
      expect(wayOf(await find(through('{kind: {eq: "country"}}')))).toBe('portugal spain spanish')
      expect(await find(through('{slug: {ne: "spain"}}'))).toBeNull()
    })

    it('has no edges from an entity to itself, and is null if there is none', async () => {
      expect(await find('from: {slug: "spain"}, to: {url: "https://example.org/pt"}')).toMatchObject({
        length: 1,
      })
      expect(await find('from: {slug: "spain"}, to: {slug: "spain"}')).toEqual({
        length: 0,
        cost: 0,
        entities: [{ slug: 'spain' }],
        edges: [],
      })
      expect(await find('from: {slug: "spain"}, to: {slug: "moskva"}')).toBeNull()
      expect(await find('from: {slug: "spain"}, to: {slug: "nowhere"}')).toBeNull()
      expect(await find(`${ends}, options: {maxLength: 1}`)).toBeNull()
    })

    it.each(['maxLength: 11', 'maxLength: -1'])('refuses %s', async (option) => {
      const refusal = await refusalOf(`{ shortestPath(${ends}, options: {${option}}) { length } }`)
      expect(refusal).toMatchObject({ code: 'BAD_REQUEST', argument: 'options.maxLength' })
    })
  })

  describe('paths', () => {
    it('are simple, ordered by cost, and paged', async () => {
      const { paths } = await api.query(
        `{ paths(${ends}, first: 100) { truncated nodes { ${pathFields} } } }`,
      )
      const ways = paths.nodes.map(wayOf)
      expect(ways).toEqual([
        'portugal spain spanish',
        'portugal spain andorra spanish',
        'portugal spain france andorra spanish',
      ])
      expect(paths.truncated).toBe(false)
      const found: string[] = []
      let after: string | null = null
      do {
        const page: { paths: Page<{ entities: { slug: string }[] }> } = await api.query(
          `query ($after: String) { paths(${ends}, first: 1, after: $after) { edges { cursor node { entities { slug } } } pageInfo { hasNextPage hasPreviousPage endCursor } } }`,
          { after },
        )
        expect(page.paths.pageInfo.hasPreviousPage).toBe(after !== null)
        found.push(...page.paths.edges.map(({ node }) => wayOf(node)))
        after = page.paths.pageInfo.hasNextPage ? page.paths.edges[0]!.cursor : null
      } while (after !== null)
      expect(found).toEqual(ways)
    })

    it('reject a cursor of other paths and a size beyond the limit', async () => {
      const { paths } = await api.query(`{ paths(${ends}) { pageInfo { endCursor } } }`)
      const refusal = await refusalOf(
        `query ($after: String) { paths(${ends}, options: {maxLength: 3}, after: $after) { nodes { length } } }`,
        { after: paths.pageInfo.endCursor },
      )
      expect(refusal.code).toBe('BAD_CURSOR')
      expect(await refusalOf(`{ paths(${ends}, first: 101) { nodes { length } } }`)).toMatchObject({
        argument: 'first',
      })
      expect(
        (await api.query(`{ paths(from: {slug: "spain"}, to: {slug: "x"}) { truncated nodes { length } } }`))
          .paths,
      ).toEqual({
        truncated: false,
        nodes: [],
      })
    })
  })

  describe('subgraph', () => {
    const cut = (input: string, more = '') =>
      api
        .query(
          `{ subgraph(input: {${input}}${more}) { truncated entityCount edgeCount hash entities { slug title contentHash } edges { relation { key } source { slug } target { slug } contentHash } } }`,
        )
        .then((data) => data.subgraph)
    const slugsOf = (graph: { entities: { slug: string }[] }) => graph.entities.map(({ slug }) => slug)
    const edgesOf = (graph: {
      edges: { relation: { key: string }; source: { slug: string }; target: { slug: string } }[]
    }) => graph.edges.map(({ relation, source, target }) => `${source.slug} ${relation.key} ${target.slug}`)

    it('contains the surroundings of its seeds, with walked or all edges', async () => {
      const walked = await cut('seeds: [{slug: "andorra"}], include: WALKED')
      expect(slugsOf(walked)).toEqual(['andorra', 'france', 'spain', 'spanish'])
      expect(edgesOf(walked)).toEqual([
        'andorra borders france',
        'andorra borders spain',
        'andorra speaks spanish',
      ])
      const induced = await cut('seeds: [{slug: "andorra"}]')
      expect(edgesOf(induced)).toEqual([
        'andorra borders france',
        'andorra borders spain',
        'france borders spain',
        'spain knows spain',
        'andorra speaks spanish',
        'spain speaks spanish',
      ])
      expect([induced.entityCount, induced.edgeCount, induced.truncated]).toEqual([4, 6, false])
      expect(induced.hash).toBe(
        hashJson({
          entities: induced.entities.map(({ contentHash }: { contentHash: string }) => contentHash),
          edges: induced.edges.map(({ contentHash }: { contentHash: string }) => contentHash),
        }),
      )
    })

    it('is the whole graph under `where` without seeds, and empty if the seeds do not exist', async () => {
      expect(slugsOf(await cut('where: {kind: {eq: "country"}}'))).toEqual([
        'aland',
        'andorra',
        'france',
        'portugal',
        'spain',
      ])
      expect(slugsOf(await cut('seeds: [{slug: "nowhere"}]'))).toEqual([])
      expect(
        slugsOf(await cut('seeds: [{slug: "portugal"}], where: {kind: {eq: "language"}}, depth: 2')),
      ).toEqual(['portugal', 'portuguese'])
    })

    it('is truncated at its limits, and reports it', async () => {
      const few = await cut('seeds: [{slug: "portugal"}], depth: 3, maxEntities: 3')
      expect([slugsOf(few), few.truncated]).toEqual([['portugal', 'portuguese', 'spain'], true])
      const edges = await cut('maxEdges: 2')
      expect([edgesOf(edges), edges.truncated]).toEqual([
        ['andorra borders france', 'andorra borders spain'],
        true,
      ])
      expect((await cut('seeds: [{slug: "moskva"}], maxEntities: 1')).truncated).toBe(false)
      expect((await cut('maxEntities: 3')).truncated).toBe(true)
    })

    it.each([
      ['maxEntities: 5001', 'input.maxEntities'],
      ['maxEdges: 20001', 'input.maxEdges'],
      ['maxEntities: 0', 'input.maxEntities'],
      ['depth: 11', 'input.depth'],
      [`seeds: [${'{slug: "spain"} '.repeat(101)}]`, 'input.seeds'],
    ])('refuses %s', async (input, argument) => {
      expect(await refusalOf(`{ subgraph(input: {${input}}) { entityCount } }`)).toMatchObject({
        code: 'BAD_REQUEST',
        argument,
      })
    })
  })

  describe('Entity.similar', () => {
    it('compares by neighbors and lists the common ones', async () => {
      const { entity } = await api.query(
        `{ entity(by: {slug: "andorra"}) { similar(first: 3) { score entity { slug } shared { slug } } } }`,
      )
      expect(entity.similar).toEqual([
        { entity: { slug: 'spain' }, score: 2 / 5, shared: [{ slug: 'france' }, { slug: 'spanish' }] },
        { entity: { slug: 'france' }, score: 1 / 4, shared: [{ slug: 'spain' }] },
        { entity: { slug: 'portugal' }, score: 1 / 4, shared: [{ slug: 'spain' }] },
      ])
    })

    it('compares by tags', async () => {
      const { entity } = await api.query(
        `{ entity(by: {slug: "spain"}) { similar(by: SHARED_TAGS) { score entity { slug } shared { slug } } } }`,
      )
      expect(entity.similar).toEqual([
        { entity: { slug: 'france' }, score: 1, shared: [] },
        { entity: { slug: 'portugal' }, score: 1, shared: [] },
      ])
    })

    it.each(['TEXT', 'EMBEDDING'])('says that it cannot compare by %s', async (by) => {
      const refusal = await refusalOf(`{ entity(by: {slug: "spain"}) { similar(by: ${by}) { score } } }`)
      expect(refusal).toMatchObject({ code: 'BAD_REQUEST', argument: 'by' })
      expect(refusal.message).toContain('SHARED_NEIGHBORS')
    })
  })

  describe('Entity.metrics', () => {
    it('cover the published graph and are recomputed when it changes', async () => {
      const query = `{ statistics { hash } entities { nodes { slug metrics { degree inDegree outDegree pageRank betweenness coreness component community computedAt graphHash } degree in: degree(direction: IN) out: degree(direction: OUT) } } }`
      const { statistics, entities } = await api.query(query)
      let ranks = 0
      for (const { metrics, degree, in: incoming, out } of entities.nodes) {
        expect(metrics).toMatchObject({
          degree,
          inDegree: incoming,
          outDegree: out,
          graphHash: statistics.hash,
        })
        ranks += metrics.pageRank
      }
      expect(ranks).toBeCloseTo(1, 9)
      const componentOf = Object.fromEntries(
        entities.nodes.map((node: { slug: string; metrics: { component: number } }) => [
          node.slug,
          node.metrics.component,
        ]),
      )
      expect(componentOf).toMatchObject({ aland: 0, andorra: 1, portugal: 1, spanish: 1, moskva: 2 })
      await api.database.pool.query(`UPDATE kb_entities SET status = 'PUBLISHED' WHERE slug = 'draftland'`)
      const changed = await api.query(query)
      await api.database.pool.query(`UPDATE kb_entities SET status = 'DRAFT' WHERE slug = 'draftland'`)
      expect(changed.entities.nodes).toHaveLength(9)
      expect(changed.entities.nodes[0].metrics.graphHash).toBe(changed.statistics.hash)
      expect(changed.statistics.hash).not.toBe(statistics.hash)
    })
  })

  describe('walks in the past and as an editor', () => {
    it('walk through drafts for editors', async () => {
      const query = `{ entity(by: {slug: "draftland"}) { reachable(maxDepth: 1) { nodes { slug } } metrics { degree } }
      shortestPath(from: {slug: "draftland"}, to: {slug: "spain"}) { entities { slug } } subgraph(input: {seeds: [{slug: "draftland"}]}) { entities { slug } } }`
      const { body } = await api.askAs('EDITOR', query)
      expect(body.data).toEqual({
        entity: { reachable: { nodes: [{ slug: 'portugal' }] }, metrics: { degree: 1 } },
        shortestPath: { entities: [{ slug: 'draftland' }, { slug: 'portugal' }, { slug: 'spain' }] },
        subgraph: { entities: [{ slug: 'draftland' }, { slug: 'portugal' }] },
      })
    })

    it('stay in the same past', async () => {
      const { rows } = await api.database.pool.query<{ now: string }>('SELECT clock_timestamp()::text AS now')
      const at = new Date(rows[0]!.now).toISOString()
      await new Promise((resolve) => setTimeout(resolve, 5))
      await api.database.pool.query(
        `INSERT INTO kb_edges (relation_key, source_slug, target_slug, content_hash) VALUES ('speaks', 'spain', 'portuguese', repeat('5', 64))`,
      )
      const query = `query ($at: DateTime!) {
      then: entity(by: {slug: "portuguese"}, asOf: {at: $at}) {
        reachable(maxDepth: 1) { totalCount edges { node { slug degree(relations: ["speaks"]) } path { entities { reachable(maxDepth: 1, relations: ["speaks"]) { nodes { slug } } } } } }
        similar { entity { slug } } metrics { degree } }
      cut: subgraph(input: {seeds: [{slug: "portuguese"}]}, asOf: {at: $at}) { entities { slug neighbors { totalCount } } edges { relation { key } } }
      now: entity(by: {slug: "portuguese"}) { reachable(maxDepth: 1) { totalCount nodes { slug } } metrics { degree } } }`
      const { then, cut, now } = await api.query(query, { at })
      expect(then.reachable).toEqual({
        totalCount: 1,
        edges: [
          {
            node: { slug: 'portugal', degree: 1 },
            path: {
              entities: [
                { reachable: { nodes: [{ slug: 'portugal' }] } },
                { reachable: { nodes: [{ slug: 'portuguese' }] } },
              ],
            },
          },
        ],
      })
      expect(then.similar).toEqual([{ entity: { slug: 'spain' } }])
      expect(then.metrics).toEqual({ degree: 1 })
      expect(cut).toEqual({
        entities: [
          { slug: 'portugal', neighbors: { totalCount: 4 } },
          { slug: 'portuguese', neighbors: { totalCount: 1 } },
        ],
        edges: [{ relation: { key: 'speaks' } }],
      })
      expect(now).toEqual({
        reachable: { totalCount: 2, nodes: [{ slug: 'portugal' }, { slug: 'spain' }] },
        metrics: { degree: 2 },
      })
    })
  })
})
