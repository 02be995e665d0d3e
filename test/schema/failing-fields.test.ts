import { afterAll, beforeAll, expect, it } from 'vitest'
import { startGraphApi, type GraphApi } from '../support/graph-api.ts'

let api: GraphApi
const unhandled: unknown[] = []
const note = (reason: unknown) => void unhandled.push(reason)
beforeAll(async () => {
  process.on('unhandledRejection', note)
  api = await startGraphApi()
})
afterAll(async () => {
  process.off('unhandledRejection', note)
  await api.stop()
})

it('leaves no unhandled rejection when list items fail at once and later', async () => {
  // The first has a domain, whose count needs the database; the second has none.
  const query =
    '{ entities(where: { slug: { in: ["andorra", "moskva"] } }) { nodes { domain { count } edges(last: 0) { totalCount } } } }'
  for (let time = 0; time < 3; time++) {
    const { body } = await api.server.ask(query)
    expect(body.errors?.[0]?.extensions.code).toBe('BAD_REQUEST')
  }
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(unhandled).toEqual([])
})

it('reports an invalid filter as such, even if only a count is requested', async () => {
  const { body } = await api.server.ask(
    '{ entity(by: { slug: "spain" }) { edges(where: { attributes: [{ pointer: "/~2", exists: true }] }) { totalCount } } }',
  )
  expect(body.errors?.[0]?.extensions.code).toBe('BAD_REQUEST')
})

it('rejects an invalid filter, whether or not it is used', async () => {
  const where = 'where: { attributes: [{ pointer: "/~2" }] }'
  for (const list of [
    `entities(${where}) { nodes @skip(if: true) { id } }`,
    `entity(by: { slug: "spain" }) { edges(${where}) { pageInfo @skip(if: true) { endCursor } } }`,
  ])
    for (let time = 0; time < 2; time++) {
      const { body } = await api.server.ask(`{ ${list} }`)
      expect(body.errors?.[0]?.message).toContain('is not a JSON pointer')
    }
})
