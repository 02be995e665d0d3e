import { auditServer } from 'graphql-http'
import { expect, inject, test } from 'vitest'

test('the whole product passes the 61 audits of GraphQL over HTTP', async () => {
  const results = await auditServer({ url: inject('product').endpoint })
  const failed = results.filter(({ status }) => status !== 'ok')
  console.log(`audits: ${results.length - failed.length} of ${results.length}`)
  expect(failed.map((result) => `${result.status} ${result.id} ${result.name}`)).toEqual([])
  expect(results).toHaveLength(61)
})
