import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyParity } from '../../../src/ops/parity/verify.ts'
import { createContentStore } from '../../../src/storage/content-store.ts'
import { createNeonDriver } from '../../../src/storage/drivers/neon.ts'
import { createFileDriver } from '../../../src/storage/drivers/file.ts'
import { startGraphApi, type GraphApi } from '../../support/graph-api.ts'
import { createOpsContext } from '../../support/ops-context.ts'
import { writeSmallGraph } from '../../support/small-graph.ts'

const patience = 60_000

let folder: string
let env: Record<string, string>
let api: GraphApi
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kb-parity-'))
  env = { BACKUP_OUTPUT_PATH: folder, ADMIN_FILE_PATH: join(folder, 'content.json') }
  const fill = async (pool: Parameters<typeof writeSmallGraph>[0]) => {
    await writeSmallGraph(pool)
    for (const driver of [createNeonDriver(pool), createFileDriver(env['ADMIN_FILE_PATH']!)]) {
      const change = { state: { title: driver.kind } }
      await createContentStore(driver).save({ change, expectedVersion: 0, actor: 'ada' })
    }
  }
  api = await startGraphApi(fill, undefined, { env })
}, patience)
afterAll(async () => {
  await api.stop()
  await rm(folder, { recursive: true, force: true })
})

type Answer = any // eslint-disable-line @typescript-eslint/no-explicit-any

const parityFields = `id kind mode status outcome left right leftHash rightHash
  tables { table status leftCount rightCount onlyLeft onlyRight different leftHash rightHash }
  differences(first: 10) { edges { node { operation subjectType subjectKey patch } } pageInfo { hasNextPage } }`
const parityMutation = `mutation ($input: VerifyParityInput!) { verifyParity(input: $input) {
  __typename
  ... on VerifyParitySuccess { report { ${parityFields} } }
  ... on UserError { code message }
  ... on ValidationError { issues { pointer rule } }
} }`
const drillMutation = `mutation ($input: RunBackupDrillInput!) { runBackupDrill(input: $input) {
  __typename
  ... on RunBackupDrillSuccess { drill {
    id kind status outcome restoredTo recoveryTimeSeconds recoveryPointSeconds
    backup { url format byteSize sha256 createdAt expiresAt graphHash schemaVersion }
    parity { id left right leftHash rightHash tables { table status } }
  } }
  ... on PreconditionError { code message failed { name status } }
} }`

async function ask(query: string, input?: object): Promise<Answer> {
  const { body } = await api.askAs('OPERATOR', query, input && { input })
  expect(body.errors).toBeUndefined()
  return body.data
}

describe('parity over GraphQL', () => {
  test('returns the same report as the command line, page by page', async () => {
    const input = { left: { backend: 'NEON' }, right: { backend: 'FILE' }, scope: ['ADMIN_STATE'] }
    const { verifyParity: answer } = await ask(parityMutation, input)
    expect(answer).toMatchObject({
      __typename: 'VerifyParitySuccess',
      report: {
        kind: 'PARITY',
        mode: 'DRY_RUN',
        status: 'SUCCEEDED',
        outcome: 'FAIL',
        left: 'NEON',
        right: 'FILE',
      },
    })
    const summary = await verifyParity(createOpsContext(api.database, env), {
      left: { backend: 'NEON' },
      right: { backend: 'FILE' },
      scope: ['ADMIN_STATE'],
    })
    const { report } = answer
    expect({
      ...report,
      differences: report.differences.edges.map(({ node }: Answer) => node as object),
    }).toMatchObject(summary.report)
    expect(report.differences.edges[0].node.patch).toEqual([{ op: 'replace', path: '/title', value: 'file' }])
    const { node } = await ask(`{ node(id: "${report.id}") { ... on ParityReport { ${parityFields} } } }`)
    expect(node).toEqual(report)
  })

  test('accepts backups by id only, and only listed addresses', async () => {
    const right = { backend: 'NEON' }
    const path = await ask(parityMutation, { left: { artifact: '/etc' }, right })
    expect(path.verifyParity).toMatchObject({
      __typename: 'ValidationError',
      issues: [{ pointer: '/left/artifact' }],
    })
    const foreign = await ask(parityMutation, { left: { deployment: 'http://169.254.169.254/' }, right })
    expect(foreign.verifyParity).toMatchObject({ __typename: 'ValidationError' })
    expect(foreign.verifyParity.message).toContain('not an allowed deployment')
    const unknown = await ask(parityMutation, { left: right, right, tables: ['pg_authid'] })
    expect(unknown.verifyParity).toMatchObject({ __typename: 'ValidationError' })
  })

  test('requires an operator', async () => {
    const input = { left: { backend: 'NEON' }, right: { backend: 'FILE' } }
    const { body } = await api.askAs('EDITOR', parityMutation, { input })
    expect(body.data?.['verifyParity']).toMatchObject({ __typename: 'ForbiddenError' })
  })
})

describe('a drill over GraphQL', () => {
  test(
    'restores, and its backup and its comparison can be asked for; the rollback plan names it',
    async () => {
      const untested = await ask(
        `{ ops { rollbackPlan { from to isTested lastTestedAt backup { url } steps } } }`,
      )
      expect(untested.ops.rollbackPlan).toMatchObject({
        from: 'NEON',
        to: 'FILE',
        isTested: false,
        backup: null,
      })
      const { runBackupDrill } = await ask(drillMutation, { target: 'database' })
      expect(runBackupDrill).toMatchObject({
        __typename: 'RunBackupDrillSuccess',
        drill: { kind: 'BACKUP_DRILL', outcome: 'PASS', parity: { right: 'restored backup' } },
      })
      const { drill } = runBackupDrill
      expect(drill.parity.leftHash).toBe(drill.parity.rightHash)
      expect(drill.parity.tables.length).toBeGreaterThan(15)
      expect(drill.recoveryTimeSeconds).toBeGreaterThan(0)
      const { ops } = await ask(`{ ops { rollbackPlan { isTested lastTestedAt backup { url } steps } } }`)
      expect(ops.rollbackPlan).toMatchObject({ isTested: true, backup: { url: drill.backup.url } })
      const same = await ask(parityMutation, {
        left: { artifact: drill.backup.url },
        right: { backend: 'NEON' },
        scope: ['KNOWLEDGE'],
      })
      expect(same.verifyParity.report).toMatchObject({ outcome: 'PASS' })
    },
    patience,
  )

  test('never connects to a server named by a client', async () => {
    const { runBackupDrill } = await ask(drillMutation, { target: 'postgresql://127.0.0.1:1/x' })
    expect(runBackupDrill).toMatchObject({ __typename: 'PreconditionError', failed: [{ name: 'target' }] })
  })
})
