import { expect, test } from 'vitest'
import { mutate } from '../../src/resolvers/edit/mutate.ts'
import { createTestDatabase } from '../support/database.ts'
import { createFaultSchema, startTestServer } from '../support/http-server.ts'

test('warns about a change that this server does not see yet', async () => {
  const database = await createTestDatabase()
  const warnings: string[] = []
  const context = {
    actor: { name: 'somebody', role: 'EDITOR' as const, tokenId: null },
    requestId: 'an id',
    admin: { pool: database.pool },
    graph: { reached: () => Promise.resolve(false), freshness: () => ({ ageSeconds: 9 }) },
    warnings,
  }
  const outcome = await mutate(context, 'nothing', () => Promise.resolve({ value: 7, audit: [] }))
  expect(outcome).toEqual({ kind: 'done', value: 7 })
  expect(warnings).toEqual([
    expect.stringMatching(/committed as graph version \d+, but this server does not see it yet.* 9 seconds/),
  ])
  await database.drop()
})

test('puts warnings in the extensions of their own response only', async () => {
  let told: string[] = []
  const warn = () => {
    told.push('not seen yet')
    return 'done'
  }
  const server = await startTestServer({
    schema: createFaultSchema({ wait: warn, echo: () => 'done' }),
    createContext: ({ warnings }) => ({ warnings: (told = warnings) }),
  })
  const ask = async (query: string): Promise<unknown> =>
    (
      await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      })
    ).json()
  expect(await ask('{ wait }')).toEqual({
    data: { wait: 'done' },
    extensions: { warnings: ['not seen yet'] },
  })
  expect(await ask('{ echo }')).toEqual({ data: { echo: 'done' } })
  await server.stop()
})
