import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createClientProject } from './client-project.ts'
import type { ClientProject } from './client-project.ts'
import { readCountrySlugs } from './country-slugs.ts'
import { createRecordingFetch, slugsOf } from './recording-fetch.ts'

const pageSize = 37

let project: ClientProject
let slugs: string[]
beforeAll(async () => {
  project = await createClientProject()
  slugs = await readCountrySlugs()
  expect(slugs.length).toBeGreaterThanOrEqual(250)
})
afterAll(() => project.remove())

describe.each([
  ['Apollo Client', 'apollo', 'createApolloClient'],
  ['urql', 'urql', 'createUrqlClient'],
])('%s, as docs/conformance.md uses it', (name, folder, factory) => {
  test('pages through all countries over HTTP and has each once', async () => {
    const snippet = await import(project.path(`${folder}/countries.ts`))
    const { fetch, exchanges } = createRecordingFetch()
    const client = snippet[factory](inject('product').endpoint, fetch)
    const seen = await snippet.readAllCountries(client, pageSize)
    const pages = Math.ceil(slugs.length / pageSize)
    console.log(`${name}: ${new Set(seen).size} of ${slugs.length} countries in ${exchanges.length} pages`)

    expect(seen).toEqual(slugs)
    expect(slugsOf(exchanges)).toEqual(slugs)
    expect(exchanges).toHaveLength(pages)
    for (const { accept, status, contentType } of exchanges) {
      expect(accept).toContain('application/graphql-response+json')
      expect([status, contentType]).toEqual([200, 'application/graphql-response+json; charset=utf-8'])
    }
  })

  test('compiles under strict', async () => {
    expect(await project.compile(folder)).toEqual({ exitCode: 0, output: '' })
  })
})
