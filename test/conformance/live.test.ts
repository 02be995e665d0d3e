import { mkdir } from 'node:fs/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createToken } from '../../src/ops/access/api-tokens.ts'
import { createClientProject, type ClientProject } from './client-project.ts'

interface Titled {
  readonly id: string
  readonly title: string
  readonly revision: number
}

let project: ClientProject
let pool: pg.Pool
let token: string
beforeAll(async () => {
  project = await createClientProject()
  await mkdir(project.path('relay/__generated__'))
  expect(await project.run('relay', 'relay-compiler')).toMatchObject({ exitCode: 0 })
  pool = new pg.Pool({ connectionString: inject('product').databaseUrl })
  const issued = await createToken({ pool, actor: 'test' }, { name: 'live', role: 'EDITOR', seconds: 3600 })
  token = issued.token
})
afterAll(async () => {
  await pool.end()
  await project.remove()
})

/** Another editor, without any client. */
async function write(mutation: string, input: object): Promise<void> {
  const response = await fetch(inject('product').endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({
      query: `mutation ($input: ${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input!) { ${mutation}(input: $input) { __typename } }`,
      variables: { input },
    }),
  })
  expect(await response.text()).toContain('Success')
}

/** The global fetch, which can be made to keep answers to POSTs of a mutation back. */
function createHeldFetch() {
  let gate = Promise.resolve()
  return {
    hold(): () => void {
      let open: () => void = () => undefined
      gate = new Promise((resolve) => (open = resolve))
      return open
    },
    async fetch(input: string | URL | Request, init?: RequestInit) {
      const request = new Request(input, init)
      const isMutation = (await request.clone().text()).includes('mutation')
      const response = await fetch(request)
      if (isMutation) await gate
      return response
    },
  }
}

describe.each([
  ['Relay', 'relay', 'createRelayLiveClient'],
  ['Apollo Client', 'apollo', 'createApolloLiveClient'],
  ['urql', 'urql', 'createUrqlLiveClient'],
])('%s, as docs/conformance.md uses it', (name, folder, factory) => {
  test('writes, shows it at once, is refused, and follows what somebody else writes', async () => {
    const slug = `live-${folder}`
    await write('createEntity', { slug, kind: 'region', title: 'First', status: 'PUBLISHED' })
    const snippet = await import(project.path(`${folder}/live.ts`))
    const held = createHeldFetch()
    const client = snippet[factory](inject('product').endpoint, token, held.fetch)
    const seen: Titled[] = []
    const stop = snippet.watchTitle(client, slug, (entity: Titled) => seen.push(entity))
    const last = () => seen.at(-1)?.title
    try {
      await expect.poll(last, { timeout: 10_000 }).toBe('First')

      const letGo = held.hold()
      const renamed = snippet.renameEntity(client, seen.at(-1), 'Second')
      await expect.poll(last).toBe('Second') // the answer is still held back
      letGo()
      expect(await renamed).toMatchObject({
        __typename: 'UpdateEntitySuccess',
        entity: { title: 'Second', revision: 2 },
      })

      const stale = { ...seen.at(-1)!, revision: 1 }
      const letRefusalGo = held.hold()
      const refused = snippet.renameEntity(client, stale, 'Never')
      await expect.poll(last).toBe('Never')
      letRefusalGo()
      expect(await refused).toMatchObject({ __typename: 'ConflictError', currentRevision: 2 })
      await expect.poll(last).toBe('Second')

      await write('updateEntity', { by: { slug }, expectedRevision: 2, title: 'Third' })
      await expect.poll(last, { timeout: 10_000 }).toBe('Third')
      expect(seen.at(-1)).toMatchObject({ revision: 3 })
      console.log(`${name}: ${[...new Set(seen.map(({ title }) => title))].join(' → ')}`)
    } finally {
      stop()
    }
  })

  test('compiles under strict', async () => {
    expect(await project.compile(folder)).toEqual({ exitCode: 0, output: '' })
  })
})
