import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { markEnvironment } from '../../../src/database/access/environment.ts'
import { withTransaction } from '../../../src/database/connection/transaction.ts'
import { backfillKnowledge } from '../../../src/ops/load/backfill-knowledge.ts'
import type { Check } from '../../../src/ops/gate/checks/check.ts'
import { checks } from '../../../src/ops/gate/checks/index.ts'
import { evaluateReleaseGate } from '../../../src/ops/gate/evaluate.ts'
import type { CheckReport } from '../../../src/ops/run/summary.ts'
import { createContentStore } from '../../../src/storage/content-store.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { createOpsContext } from '../../support/ops-context.ts'

const state = {
  constellation: { nodes: [{ id: 'a', title: 'A' }, { id: 'b' }], edges: [{ source: 'a', target: 'b' }] },
}

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  const { storage } = createOpsContext(database)
  await createContentStore(storage.driver).save({ change: { state }, expectedVersion: 0, actor: 'ada' })
  await withTransaction(database.pool, 'READ COMMITTED', (client) => backfillKnowledge(client, state))
})
afterAll(() => database.drop())

const everyQuickCheck = checks
  .map(({ name }) => name)
  .filter((name) => !['neon-drill', 'blob-fallback', 'parity'].includes(name))

async function gate(only: readonly string[] | null = everyQuickCheck, env: Record<string, string> = {}) {
  const summary = await evaluateReleaseGate(createOpsContext(database, env), { only: only ?? undefined })
  const reports = (summary.report['checks'] ?? []) as CheckReport[]
  return {
    ...summary,
    statusOf: Object.fromEntries(reports.map(({ name, status }) => [name, status])),
    reports,
  }
}

describe('the release gate', () => {
  test('passes if everything is fine and lists skipped checks', async () => {
    const all = await gate()
    expect(all.findings).toEqual([])
    expect(all).toMatchObject({ status: 'succeeded', outcome: 'PASS' })
    const { statusOf, reports } = await gate(null, { RUN_OPS_PARITY: 'false' })
    expect(statusOf).toMatchObject({ 'knowledge-drift': 'SKIPPED', 'neon-drill': 'SKIPPED', ledger: 'PASS' })
    expect(reports.find(({ name }) => name === 'neon-drill')!.detail).toBe('RUN_OPS_NEON_DRILL is not true')
  })

  test('runs the drill', async () => {
    expect(await gate(['neon-drill'])).toMatchObject({ outcome: 'PASS', statusOf: { 'neon-drill': 'PASS' } })
  })

  test.each([
    [
      'graph-hashes',
      'a',
      `UPDATE kb_entities SET title = 'changed' WHERE slug = 'a'`,
      `UPDATE kb_entities SET title = 'A' WHERE slug = 'a'`,
    ],
    [
      'knowledge-drift',
      'Entity a',
      `UPDATE kb_entities SET title = 'changed' WHERE slug = 'a'`,
      `UPDATE kb_entities SET title = 'A' WHERE slug = 'a'`,
    ],
    [
      'content-state',
      'Version 1',
      `UPDATE admin_content_state SET state = '{"changed": true}'`,
      `UPDATE admin_content_state SET state = (SELECT state FROM admin_history)`,
    ],
    [
      'schema',
      'zz_planted',
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'x', 'zz_planted', now())`,
      `DELETE FROM _prisma_migrations WHERE id = 'x'`,
    ],
    [
      'ledger',
      'ledger',
      `UPDATE admin_ledger_head SET entries = entries + 1`,
      `UPDATE admin_ledger_head SET entries = entries - 1`,
    ],
  ])('fails at %s and names %s', async (name, told, damage, undo) => {
    await database.pool.query(damage)
    const { statusOf, findings, outcome } = await gate()
    await database.pool.query(undo)
    expect({ outcome, status: statusOf[name] }).toEqual({ outcome: 'FAIL', status: 'FAIL' })
    expect(findings.map(({ message }) => message).join('\n')).toContain(told)
  })

  test('fails if production is not served from neon', async () => {
    await markEnvironment(database.pool, 'production', 'test')
    const env = { ADMIN_STORAGE_BACKEND: 'file', ADMIN_FILE_PATH: '/nowhere/state.json' }
    expect(await gate(['storage-backend'], env)).toMatchObject({ outcome: 'FAIL' })
    expect(await gate(['storage-backend'])).toMatchObject({ outcome: 'PASS' })
    await database.pool.query('DELETE FROM admin_environment')
  })

  test('fails, rather than skips, if a check cannot look', async () => {
    const own = await createTestDatabase()
    await own.pool.query('ALTER TABLE kb_entities RENAME TO away')
    const summary = await evaluateReleaseGate(createOpsContext(own), { only: ['graph-hashes'] })
    await own.drop()
    expect(summary).toMatchObject({
      outcome: 'FAIL',
      findings: [{ code: 'gate.not-run', subject: 'graph-hashes' }],
    })
  })

  test('fails if a check is blind', async () => {
    const list = checks as Check[]
    const sighted = list[0]!
    list[0] = { ...sighted, prove: () => Promise.resolve(false) }
    try {
      expect(await gate([sighted.name])).toMatchObject({
        outcome: 'FAIL',
        findings: [{ code: 'gate.blind' }],
      })
    } finally {
      list[0] = sighted
    }
  })

  test('rejects an unknown check', async () => {
    expect(await gate(['everything'])).toMatchObject({
      status: 'refused',
      findings: [{ code: 'operation.invalid' }],
    })
  })
})
