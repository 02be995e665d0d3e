import { auditServer } from 'graphql-http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { schema } from '../../src/schema/schema.ts'
import { startTestServer } from '../support/http-server.ts'
import type { TestServer } from '../support/http-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ schema })
})
afterAll(() => server.stop())

test('passes all 61 audits of GraphQL over HTTP', async () => {
  const results = await auditServer({ url: `${server.url}/graphql` })
  const failed = results.filter(({ status }) => status !== 'ok')
  expect(failed.map((result) => `${result.status} ${result.id} ${result.name}`)).toEqual([])
  expect(results).toHaveLength(61)
})
