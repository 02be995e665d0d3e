import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../../src/domain/json/canonical-json.ts'
import { normalizeConstellation } from '../../../src/domain/constellation/constellation.ts'
import { isKey } from '../../../src/domain/graph/slug.ts'

describe('a legacy constellation payload', () => {
  test('with ids in any case and script becomes entities with readable slugs, and edges find their ends', () => {
    const graph = normalizeConstellation({
      nodes: [
        { id: 'Köln', title: 'Köln', type: 'City', domain: 'Build' },
        { id: '東京', label: '東京', domain: 'build' },
        { id: 17, title: 'Seventeen' },
        {
          id: 'b1c1f7f0-2d9c-4b9e-8d3c-0123456789ab',
          slug: 'plain',
          title: 'Plain',
          x: 1,
          y: '2',
          weight: 3,
        },
        'Bare',
      ],
      edges: [
        { source: 'KÖLN', target: '東京', relation: 'Twinned With', note: 'since 1963' },
        { source: 17, target: { id: 'Bare' } },
        { from: 'plain', to: 'bare', type: 'seen' },
      ],
    })
    expect(graph.refused).toEqual([])
    expect(graph.entities.map(({ slug }) => slug)).toEqual(['koln', 'dongjing', 'seventeen', 'plain', 'bare'])
    expect(graph.entities[0]).toMatchObject({
      kind: 'city',
      domain: 'build',
      status: 'PUBLISHED',
      attributes: { legacyId: 'Köln' },
    })
    expect(graph.entities[3]).toMatchObject({ position: { x: 1, y: 2 }, weight: 3 })
    expect(graph.edges).toEqual([
      {
        relation: 'twinned-with',
        source: 'koln',
        target: 'dongjing',
        label: null,
        weight: null,
        attributes: { note: 'since 1963' },
      },
      {
        relation: 'related-to',
        source: 'bare',
        target: 'seventeen',
        label: null,
        weight: null,
        attributes: {},
      },
      { relation: 'seen', source: 'plain', target: 'bare', label: null, weight: null, attributes: {} },
    ])
    expect(graph.domains).toEqual([{ key: 'build', label: 'Build', color: null, position: 0 }])
    expect(graph.relations.map(({ key, label, isSymmetric }) => [key, label, isSymmetric])).toEqual([
      ['twinned-with', 'Twinned With', false],
      ['related-to', 'related to', true],
      ['seen', 'seen', false],
    ])
  })

  test('keeps unknown fields in attributes, and never lets one hide another', () => {
    const { entities, warnings } = normalizeConstellation({
      nodes: [
        { id: 'a', colour: 'red', size: 2, tags: [['odd']], attributes: { colour: 'blue', deep: [1] } },
      ],
    })
    expect(entities[0]?.attributes).toEqual({
      colour: 'blue',
      'colour-extra': 'red',
      deep: [1],
      size: 2,
      tags: [['odd']],
    })
    expect(warnings.map(({ pointer }) => pointer)).toEqual(['/nodes/0/tags', '/nodes/0/colour'])
  })

  test('keeps a field named __proto__ as a field', () => {
    const { entities } = normalizeConstellation(JSON.parse('{"nodes":[{"id":"a","__proto__":{"x":1}}]}'))
    expect(Object.keys(entities[0]?.attributes ?? {})).toEqual(['__proto__'])
  })

  test('refuses each item that it cannot take, with its pointer and a reason', () => {
    const { refused, entities, edges } = normalizeConstellation({
      nodes: [
        { id: 'a', title: 'A' },
        { id: 'a', title: 'Another' },
        { id: 'nul', title: 'N\0L' },
        { id: 'lone', deep: ['\ud800'] },
        { summary: 'nameless' },
        7,
        { id: 'long', text: 'x'.repeat(300_000) },
        { id: 'b' },
        { id: 'Case' },
        { id: 'CASE' },
      ],
      edges: [
        { source: 'a', target: 'ghost' },
        { source: 'nul', target: 'a' },
        { target: 'a' },
        { source: 'a', target: 'case', relation: 'x' },
        { source: 'a', target: 'cAsE', relation: 'x' },
        { source: 'a', target: 'b', relation: 'r', weight: 1 },
        { source: 'a', target: 'b', relation: 'r', weight: 2 },
      ],
      domains: 5,
    })
    expect(refused.map(({ pointer }) => pointer).sort()).toEqual(
      [
        '/domains',
        '/nodes/1',
        '/nodes/2/title',
        '/nodes/3/deep/0',
        '/nodes/4',
        '/nodes/5',
        '/nodes/6',
        '/edges/0',
        '/edges/1',
        '/edges/2',
        '/edges/4',
        '/edges/6',
      ].sort(),
    )
    expect(refused.find(({ pointer }) => pointer === '/edges/0')?.reason).toContain('`ghost`')
    expect(refused.find(({ pointer }) => pointer === '/edges/4')?.reason).toContain('may be any of')
    expect(entities.map(({ slug, title }) => [slug, title])).toEqual([
      ['a', 'A'],
      ['b', 'b'],
      ['case', 'Case'],
      ['case-2', 'CASE'],
    ])
    expect(edges).toHaveLength(2)
  })

  test('takes an identical duplicate once, with a warning, and a symmetric pair from either side', () => {
    const { refused, warnings, edges, entities } = normalizeConstellation({
      nodes: [{ id: 'a' }, { id: 'b' }, { id: 'a' }],
      relations: [{ key: 'borders', isSymmetric: true }],
      edges: [
        { id: 'e1', source: 'b', target: 'a', relation: 'borders' },
        { id: 'e2', source: 'a', target: 'b', relation: 'borders' },
      ],
    })
    expect(refused).toEqual([])
    expect(entities).toHaveLength(2)
    expect(edges).toEqual([
      {
        relation: 'borders',
        source: 'a',
        target: 'b',
        label: null,
        weight: null,
        attributes: { legacyId: 'e1' },
      },
    ])
    expect(warnings.map(({ pointer }) => pointer)).toEqual(['/nodes/2', '/edges/1'])
  })

  test('shows nobody what has a status it does not understand, nor links that run', () => {
    const { entities } = normalizeConstellation({
      nodes: [
        { id: 'a', status: 'secret', url: 'javascript:alert(1)' },
        { id: 'b', status: 'archived', url: 'https://b.example/' },
      ],
    })
    expect(entities[0]).toMatchObject({
      status: 'DRAFT',
      url: null,
      attributes: { status: 'secret', url: 'javascript:alert(1)' },
    })
    expect(entities[1]).toMatchObject({ status: 'ARCHIVED', url: 'https://b.example/' })
  })

  test('carries media, workflows, runs and sources', () => {
    const hash = 'a'.repeat(64)
    const graph = normalizeConstellation({
      nodes: [{ id: 'a' }, { id: 'b' }],
      edges: [{ source: 'a', target: 'b', relation: 'r' }],
      media: [
        {
          key: 'Flag/A',
          url: '/media/a.svg',
          mimeType: 'image/svg+xml',
          contentHash: hash,
          entities: ['A', 'ghost'],
          derivatives: [{ preset: 'w320', url: '/media/a.webp', mimeType: 'image/webp', width: 320 }, {}],
        },
        { key: 'bad', url: '//evil.example/x', mimeType: 'image/png' },
      ],
      workflows: [
        {
          slug: 'review',
          title: 'Review',
          steps: [
            { title: 'One', entity: 'a' },
            { title: 'Two', media: 'flag/a', dependsOn: [0, 9] },
          ],
        },
      ],
      runs: [{ key: 'run', tool: 'hand' }],
      sources: [
        { entity: 'a', run: 'run', uri: 'https://a.example' },
        { edge: { source: 'a', target: 'b', relation: 'r' }, run: 'run', uri: 'urn:isbn:1' },
        { edge: { source: 'b', target: 'a', relation: 'r' }, run: 'run', uri: 'urn:isbn:1' },
        { entity: 'a', run: 'nope', uri: 'https://a.example' },
      ],
    })
    expect(graph.media).toMatchObject([
      {
        key: 'flag/a',
        kind: 'IMAGE',
        shownBy: [{ entity: 'a', position: 0 }],
        derivatives: [{ preset: 'w320', width: 320 }],
      },
    ])
    expect(graph.workflows[0]?.steps).toMatchObject([
      { position: 0, entity: 'a', dependsOn: [] },
      { position: 1, media: 'flag/a', dependsOn: [0] },
    ])
    expect(graph.sources.map(({ subject }) => subject)).toEqual([
      { entity: 'a' },
      { edge: { source: 'a', target: 'b', relation: 'r' } },
    ])
    expect(graph.refused.map(({ pointer }) => pointer)).toEqual([
      '/media/0/derivatives/1',
      '/media/0/entities/1',
      '/media/1',
      '/sources/2',
      '/sources/3',
    ])
  })
})

describe('what a payload loses or changes is reported with its location', () => {
  const told = (payload: object) => {
    const { refused, warnings } = normalizeConstellation(payload)
    const lines = (list: readonly { pointer: string; reason: string }[]) =>
      list.map(({ pointer, reason }) => `${pointer} ${reason}`)
    return { refused: lines(refused), warnings: lines(warnings) }
  }
  const kinds = [{ key: 'thing' }, { key: 'city' }]

  test.each<[string, object, string]>([
    [
      'an address that runs',
      { url: 'javascript:alert(1)' },
      '/nodes/0/url cannot be used as it stands; kept among the attributes',
    ],
    [
      'a long title',
      { title: 'x'.repeat(501) },
      '/nodes/0/title cannot be used as it stands; kept among the attributes',
    ],
    ['a title with an override', { title: 'a\u202Eb' }, '/nodes/0 has no usable title; its title is `a`'],
    ['a blank title', { title: ' ' }, '/nodes/0/title shows nothing, so it counts as not given'],
    ['a title that shows nothing', { title: '\u200B' }, '/nodes/0 has no usable title; its title is `a`'],
    ['spaces around a title', { title: ' A ' }, '/nodes/0/title is read without the spaces around it'],
    ['a number for a title', { title: 1984 }, '/nodes/0/title is a number; read as a text'],
    [
      'a kind that nobody declared',
      { kind: 'citty' },
      '/nodes/0 `citty` is not declared in `kinds`; `citty` is made; did you mean `city`?',
    ],
    [
      'a domain that nobody declared',
      { domain: 'Build' },
      '/nodes/0 `Build` is not declared in `domains`; `build` is made',
    ],
    ['a blank kind', { kind: '' }, '/nodes/0/kind shows nothing, so it counts as not given'],
    [
      'a status of its own',
      { status: 'secret' },
      '/nodes/0/status cannot be used as it stands; kept among the attributes',
    ],
    ['a text for a number', { weight: '2' }, '/nodes/0/weight is a text; read as the number 2'],
    [
      'tags twice',
      { tags: ['a', 'a', ''] },
      '/nodes/0/tags tags that show nothing, or are there twice, are left out',
    ],
    ['a slug that is none', { slug: 'A b' }, '/nodes/0/slug the slug becomes `a-b`'],
  ])('%s', (_, node, warning) => {
    const { refused, warnings } = told({ kinds, nodes: [{ id: 'a', ...node }] })
    expect(warnings).toContain(warning)
    expect(refused).toEqual([])
  })

  test('a node that is as the graph keeps it is changed in nothing', () => {
    const node = {
      id: 'a',
      title: 'A',
      kind: 'city',
      status: 'PUBLISHED',
      tags: ['x'],
      weight: 2,
      own: ' b ',
    }
    expect(told({ kinds, nodes: [node, { id: 17, title: 'B' }] })).toEqual({ refused: [], warnings: [] })
  })

  test('keys that change, things that are there twice and places that are none', () => {
    const { warnings } = told({
      nodes: [{ id: 'a' }, { id: 'a' }],
      media: [
        {
          key: 'Flag A',
          url: '/a.png',
          mimeType: 'image/png',
          entities: ['a', 'A', { entity: 'a', position: -1 }],
        },
        { key: 'b', url: '/b.png', mimeType: 'image/png', entities: [{ entity: 'a', position: 'x' }] },
      ],
      workflows: [{ slug: 'Make It', steps: [] }],
      runs: [{ key: 'Run 1', tool: 'hand' }],
    })
    expect(warnings).toEqual([
      '/nodes/1 the same as /nodes/0; taken once',
      '/media/0 the key `Flag A` becomes `flag-a`',
      '/media/0/entities/1 `a` stands before; taken once',
      '/media/0/entities/2 `a` stands before; taken once',
      '/media/1/entities/0 its position is no whole number from 0; read as 0',
      '/workflows/0 the slug `Make It` becomes `make-it`',
      '/runs/0 the key `Run 1` becomes `run-1`',
    ])
  })

  test('a schema that could not be used is left out, with the place in it', () => {
    const attributeSchema = { properties: { a: { pattern: '(?=x)' }, b: { type: 'strnig' } } }
    const graph = normalizeConstellation({
      kinds: [
        { key: 'a', attributeSchema },
        { key: 'b', attributeSchema: {} },
      ],
    })
    expect(graph.kinds.map((kind) => kind.attributeSchema)).toEqual([null, {}])
    expect(graph.refused[0]).toMatchObject({
      pointer: '/kinds/0/attributeSchema',
      reason: expect.stringContaining('/properties/b/type'),
    })
  })
})

const loose = fc.oneof(
  fc.jsonValue({ maxDepth: 2, stringUnit: 'binary' }),
  fc.constantFrom('a', 'A', 'ä', '\ud800', '\0', 17, null),
) as fc.Arbitrary<unknown>
const record = (...names: string[]) =>
  fc.record(Object.fromEntries(names.map((name) => [name, loose])), { requiredKeys: [] })
const node = fc.oneof(
  record('id', 'slug', 'title', 'kind', 'domain', 'tags', 'url', 'status', 'x', 'y', 'extra'),
  loose,
)
const edge = fc.oneof(
  fc.record({ source: fc.constantFrom('a', 'A', 17, 'ghost'), target: fc.constantFrom('a', 17, 'ä') }),
  record('source', 'target', 'relation', 'weight', 'label'),
  loose,
)

test('whatever the payload, every node and edge is taken or named, and the result keeps the rules of the store', () => {
  const payload = fc.record({ nodes: fc.array(node), edges: fc.array(edge), domains: fc.array(loose) })
  fc.assert(
    fc.property(payload, (value) => {
      const graph = normalizeConstellation(value)
      const named = (list: string, index: number) =>
        [...graph.refused, ...graph.warnings].some(({ pointer }) =>
          `${pointer}/`.startsWith(`/${list}/${index}/`),
        )
      const taken = new Set(graph.nodePointers.values())
      value.nodes.forEach((_, index) => {
        expect(taken.has(`/nodes/${index}`) || named('nodes', index)).toBe(true)
      })
      const notTaken = value.edges.filter((_, index) => named('edges', index)).length
      expect(graph.edges.length + notTaken).toBeGreaterThanOrEqual(value.edges.length)
      const slugs = graph.entities.map(({ slug }) => slug)
      expect(new Set(slugs).size).toBe(slugs.length)
      expect(slugs.every(isKey)).toBe(true)
      expect(graph.entities.every(({ title }) => title.trim() !== '')).toBe(true)
      const kinds = new Set(graph.kinds.map(({ key }) => key))
      const domains = new Set(graph.domains.map(({ key }) => key))
      expect(
        graph.entities.every(
          ({ kind, domain }) => kinds.has(kind) && (domain === null || domains.has(domain)),
        ),
      ).toBe(true)
      expect(
        graph.edges.every(({ source, target }) => slugs.includes(source) && slugs.includes(target)),
      ).toBe(true)
      expect(
        canonicalJson([normalizeConstellation(value).entities, normalizeConstellation(value).edges]),
      ).toBe(canonicalJson([graph.entities, graph.edges]))
    }),
    { numRuns: 1000 },
  )
})

test('what was normalised, given back as a payload, says the same', () => {
  const id = fc.constantFrom('a', 'B', 'ä', '東京', 'c:d/e', '17', '!!')
  const nodes = fc.uniqueArray(fc.record({ id, extra: fc.jsonValue({ maxDepth: 1 }) }), {
    selector: (one) => one.id,
  })
  const edges = fc.array(fc.record({ source: id, target: id, relation: fc.constantFrom('r', 'Related To') }))
  fc.assert(
    fc.property(nodes, edges, (someNodes, someEdges) => {
      const first = normalizeConstellation({ nodes: someNodes, edges: someEdges })
      const second = normalizeConstellation({
        nodes: first.entities.map((entity) => ({ id: entity.slug, ...entity })),
        edges: first.edges,
        domains: first.domains,
        kinds: first.kinds,
        relations: first.relations,
      })
      expect(second.refused).toEqual([])
      expect(second.entities).toEqual(first.entities)
      expect(second.edges).toEqual(first.edges)
      expect(second.relations).toEqual(first.relations)
    }),
  )
})
