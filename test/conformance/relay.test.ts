import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createClientProject } from './client-project.ts'
import type { ClientProject } from './client-project.ts'
import { readBorderingSlugs, readCountrySlugs } from './country-slugs.ts'
import { createRecordingFetch, slugsOf } from './recording-fetch.ts'
import { askRelay, createRelayClient, readAllPages } from './relay-pages.ts'

async function createRelayProject(): Promise<ClientProject> {
  const project = await createClientProject()
  await mkdir(project.path('relay/__generated__'))
  return project
}
const compileRelay = (project: ClientProject) => project.run('relay', 'relay-compiler')

describe('relay-compiler', () => {
  let project: ClientProject
  beforeAll(async () => {
    project = await createRelayProject()
    expect(await compileRelay(project)).toMatchObject({ exitCode: 0 })
  })
  afterAll(() => project.remove())
  const load = async (name: string) =>
    (await import(project.path(`relay/__generated__/${name}.graphql.ts`))).default

  test('takes the schema with paginated fragments and writes their artifacts', async () => {
    const artifacts = await readdir(project.path('relay/__generated__'))
    console.log(`relay-compiler: ${artifacts.length} artifacts`)
    expect(artifacts.sort()).toEqual([
      'countriesAgainQuery.graphql.ts',
      'countriesNeighborsPageQuery.graphql.ts',
      'countriesPageQuery.graphql.ts',
      'countriesQuery.graphql.ts',
      'countries_list.graphql.ts',
      'countries_neighbors.graphql.ts',
      'titlesQuery.graphql.ts',
      'titlesRenameMutation.graphql.ts',
      'titlesSubscription.graphql.ts',
    ])
  })

  test('fetches the neighbors of an entity again by node(id:)', async () => {
    const { params } = await load('countriesNeighborsPageQuery')
    expect(params.text).toMatch(/node\(id: \$id\) \{\s+__typename\s+\.\.\.countries_neighbors/)
  })

  test('reads @semanticNonNull and @oneOf', async () => {
    const use = `
      import type { countries_list$data } from './__generated__/countries_list.graphql'
      import type { countriesQuery$variables } from './__generated__/countriesQuery.graphql'
      export const slugsOf = ({ entities }: countries_list$data) => entities.edges.map(({ node }) => node.slug)
      export const bySlug: countriesQuery$variables = { first: 1, by: { slug: 'spain' } }
    `
    await writeFile(project.path('relay/use.ts'), use)
    expect(await project.compile('relay')).toEqual({ exitCode: 0, output: '' })
    await project.plant('relay/use.ts', "slug: 'spain'", "slug: 'spain', id: 'x'")
    expect(await project.compile('relay')).toMatchObject({
      exitCode: 2,
      output: expect.stringMatching(/use\.ts\(5,.*TS2322/),
    })
  })

  test('what it wrote pages through all countries, and through the neighbors of one', async () => {
    const { fetch, exchanges } = createRecordingFetch()
    const client = createRelayClient(inject('product').endpoint, fetch)
    const slugs = await readCountrySlugs()
    const variables = { first: 37, by: { slug: 'germany' } }
    const query = await load('countriesQuery')
    const data = await askRelay(client, query, variables)
    const seen = await readAllPages(client, await load('countries_list'), data, 37)
    const pages = Math.ceil(slugs.length / 37)
    console.log(
      `Relay: ${new Set(seen).size} of ${slugs.length} countries in ${client.operations.length} pages`,
    )
    expect(seen).toEqual(slugs)
    const [first, ...later] = exchanges
    // The first answer ends with the first two neighbors.
    expect(slugsOf([first!]).slice(0, 37).concat(slugsOf(later))).toEqual(slugs)
    expect(client.operations).toEqual([
      'countriesQuery',
      ...Array.from({ length: pages - 1 }, () => 'countriesPageQuery'),
    ])

    client.operations.length = 0
    const neighbors = await readAllPages(client, await load('countries_neighbors'), data.entity, 2)
    const bordering = await readBorderingSlugs('germany')
    expect(bordering.length).toBeGreaterThan(4)
    expect(neighbors.toSorted()).toEqual(bordering)
    expect(client.operations).toEqual(
      Array.from({ length: Math.ceil(bordering.length / 2) - 1 }, () => 'countriesNeighborsPageQuery'),
    )
  })
})

describe('relay-compiler refuses', () => {
  test.each([
    ['a field that the schema lacks', 'relay/countries.ts', 'title', 'name', /no field `?name|`name`/],
    ['a connection without pageInfo', 'schema.graphql', 'pageInfo: PageInfo!', 'page: PageInfo!', /pageInfo/],
    ['an entity that is no Node', 'schema.graphql', 'type Entity implements Node', 'type Entity', /Node/],
    ['a cursor of the wrong type', 'schema.graphql', 'after: String', 'after: Int', /after/],
  ])('%s', async (_name, file, right, wrong, complaint) => {
    const project = await createRelayProject()
    try {
      await project.plant(file, right, wrong)
      const { exitCode, output } = await compileRelay(project)
      expect(output).toMatch(complaint)
      expect(exitCode).toBe(1)
      expect(await readdir(project.path('relay/__generated__'))).toEqual([])
    } finally {
      await project.remove()
    }
  })
})
