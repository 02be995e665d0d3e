import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFaultSchema, startTestServer } from '../../support/http-server.ts'
import type { TestServer } from '../../support/http-server.ts'

let open: TestServer
let closed: TestServer
beforeAll(async () => {
  const schema = createFaultSchema({})
  open = await startTestServer({ schema, hasGraphiql: true })
  closed = await startTestServer({ schema, hasGraphiql: false })
})
afterAll(() => Promise.all([open.stop(), closed.stop()]))

const asBrowser = { headers: { accept: 'text/html,application/xhtml+xml' }, redirect: 'manual' } as const

test('a browser gets GraphiQL with the example queries and no script from elsewhere', async () => {
  const root = await fetch(open.url, asBrowser)
  expect([root.status, root.headers.get('location')]).toEqual([307, '/graphql'])
  const page = await fetch(`${open.url}/graphql`, asBrowser)
  expect(page.headers.get('content-type')).toBe('text/html')
  const html = await page.text()
  expect(html).toContain('neighbors(relations: [\\"borders\\"])')
  expect(html).not.toMatch(/<(script|link)[^>]+(src|href)="?https?:/)
})

test('in production there is no GraphiQL', async () => {
  const page = await fetch(`${closed.url}/graphql`, asBrowser)
  expect(page.headers.get('content-type')).not.toContain('text/html')
  expect((await fetch(closed.url, asBrowser)).status).toBe(404)
})
