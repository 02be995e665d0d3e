import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/domain/json/value.ts'
import type { OpsContext } from '../../../src/ops/run/context.ts'
import { compareWithOverview, verifyDeployment } from '../../../src/ops/parity/verify-deployment.ts'
import { verifyParity, type ParityOptions, type ParityReport } from '../../../src/ops/parity/verify.ts'
import { testPassword } from '../../support/graph-api.ts'
import { startTwoStores, type TwoStores } from '../../support/two-stores.ts'

let stores: TwoStores
let ctx: OpsContext
beforeAll(async () => {
  stores = await startTwoStores()
  ctx = stores.ctx
}, 60_000)
afterAll(() => stores.stop())

async function parity(options: ParityOptions, from = ctx) {
  const summary = await verifyParity(from, options)
  return { ...summary, report: summary.report as unknown as ParityReport }
}
const [neon, file] = [{ backend: 'NEON' }, { backend: 'FILE' }] as const

describe('kb parity with a deployment', () => {
  test('compares published rows and the hash of the content state', async () => {
    const deployment = { deployment: stores.api.server.url }
    const same = await parity({ left: deployment, right: neon })
    expect(same.findings).toEqual([])
    expect(same.outcome).toBe('PASS')
    const published = same.report.tables.find(({ table }) => table === 'kb_entities')
    expect(published).toMatchObject({ leftCount: 3, rightCount: 3 })
    expect((await parity({ left: deployment, right: file, scope: ['KNOWLEDGE'] })).outcome).toBe('PASS')
  })

  test('refuses a URL that is not allowed', async () => {
    const { status, findings } = await parity({ left: { deployment: 'http://169.254.169.254' }, right: neon })
    expect(status).toBe('refused')
    expect(findings[0]).toMatchObject({ code: 'operation.wrong-target' })
  })
})

describe('kb parity postdeploy', () => {
  test('passes if a deployment matches its overview', async () => {
    const summary = await verifyDeployment(ctx)
    expect(summary).toMatchObject({ outcome: 'PASS', findings: [] })
    const names = (summary.report['checks'] as { name: string }[]).map(({ name }) => name)
    expect(names).toEqual([
      'nodes',
      'edges',
      'domain (none)',
      'domain europe',
      'domain list europe',
      'kind country',
      'edge ends',
    ])
  })

  test('needs ADMIN_PASSWORD and reports a wrong one', async () => {
    await expect(verifyDeployment(stores.context({ BASE_URL: stores.api.server.url }))).rejects.toThrow(
      'ADMIN_PASSWORD',
    )
    const wrong = await verifyDeployment(
      stores.context({ BASE_URL: stores.api.server.url, ADMIN_PASSWORD: 'not-the-password-at-all' }),
    )
    expect(wrong).toMatchObject({ status: 'failed', outcome: null })
  })

  test('of an unreachable server is an error', async () => {
    const summary = await verifyDeployment(
      stores.context({ BASE_URL: 'http://127.0.0.1:1', ADMIN_PASSWORD: testPassword }),
    )
    expect(summary).toMatchObject({ status: 'failed', findings: [{ code: 'operation.backend-unavailable' }] })
  })
})

describe('a deployment that deviates from its overview', () => {
  test('is reported with the differences', async () => {
    const { pool } = stores.database
    await pool.query(`UPDATE kb_entities SET title = 'Lusitania' WHERE slug = 'portugal'`)
    const sides = { left: { deployment: stores.api.server.url }, right: file, scope: ['KNOWLEDGE'] } as const
    const { outcome, report } = await parity(sides)
    await pool.query(`UPDATE kb_entities SET title = 'Portugal' WHERE slug = 'portugal'`)
    expect(outcome).toBe('FAIL')
    expect(report.differences).toEqual([
      {
        operation: 'CHANGED',
        subjectType: 'Entity',
        subjectKey: 'portugal',
        patch: [{ op: 'replace', path: '/title', value: 'Portugal' }],
      },
    ])
  })

  const overview: JsonObject = {
    published: { nodes: 2, edges: 1, domains: { build: 1, '': 1 }, kinds: { thing: 2 } },
  }
  const nodes: JsonObject[] = [
    { id: 'a', kind: 'thing', domain: 'build' },
    { id: 'b', kind: 'thing', domain: null },
  ]
  const edges: JsonObject[] = [{ id: 'a|r|b', source: 'a', target: 'b' }]
  const domains: JsonObject[] = [{ key: 'build', count: 1 }]
  const failed = (constellation: JsonObject) =>
    compareWithOverview(constellation, overview)
      .filter(({ status }) => status === 'FAIL')
      .map(({ name }) => name)

  test.each<[string, JsonObject, string[]]>([
    ['nothing', {}, []],
    ['a node less', { nodes: nodes.slice(1) }, ['nodes', 'domain build', 'kind thing', 'edge ends']],
    ['an extra edge', { edges: [...edges, ...edges] }, ['edges']],
    ['an edge that ends nowhere', { edges: [{ id: 'x', source: 'a', target: 'z' }] }, ['edge ends']],
    ['a missing domain', { domains: [] }, ['domain list build']],
    ['a wrong domain count', { domains: [{ key: 'build', count: 2 }] }, ['domain list build']],
    [
      'a node in another domain',
      { nodes: [nodes[0]!, { ...nodes[1]!, domain: 'notes' }] },
      ['domain (none)', 'domain notes'],
    ],
    [
      'a node of another kind',
      { nodes: [nodes[0]!, { ...nodes[1]!, kind: 'note' }] },
      ['kind note', 'kind thing'],
    ],
    [
      'no lists at all',
      { nodes: null, edges: null, domains: null },
      ['nodes', 'edges', 'domain (none)', 'domain build', 'domain list build', 'kind thing'],
    ],
  ])('fails the right checks: %s', (_name, changes, names) => {
    expect(failed({ nodes, edges, domains, ...changes })).toEqual(names)
  })

  test('is not followed to another URL', async () => {
    const server: Server = createServer((_request, response) => {
      response.writeHead(302, { location: `${stores.api.server.url}/api/constellation` }).end()
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const from = stores.context({ KB_ALLOWED_DEPLOYMENTS: url, ADMIN_PASSWORD: testPassword })
    const { status } = await parity({ left: { deployment: url }, right: neon, scope: ['KNOWLEDGE'] }, from)
    server.close()
    expect(status).toBe('failed')
  })
})
