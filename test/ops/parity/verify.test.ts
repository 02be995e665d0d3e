import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBackup } from '../../../src/ops/backup/create.ts'
import type { OpsContext } from '../../../src/ops/run/context.ts'
import { verifyParity, type ParityOptions, type ParityReport } from '../../../src/ops/parity/verify.ts'
import type { TestDatabase } from '../../support/database.ts'
import { startTwoStores, type TwoStores } from '../../support/two-stores.ts'

let stores: TwoStores
let database: TestDatabase
let ctx: OpsContext
beforeAll(async () => {
  stores = await startTwoStores()
  ;({ database, ctx } = stores)
}, 60_000)
afterAll(() => stores.stop())

async function parity(options: ParityOptions) {
  const summary = await verifyParity(ctx, options)
  return { ...summary, report: summary.report as unknown as ParityReport }
}
/** The parity while a change by hand is there. */
async function parityAfter(change: string, undo: string, options: ParityOptions) {
  await database.pool.query(change)
  try {
    return await parity(options)
  } finally {
    await database.pool.query(undo)
  }
}

const [neon, file] = [{ backend: 'NEON' }, { backend: 'FILE' }] as const

describe('kb parity between backends', () => {
  test('passes if the graph equals that of the other store, despite payload defects', async () => {
    const { outcome, findings, report, warnings } = await parity({ left: neon, right: file })
    expect(findings).toEqual([])
    expect(outcome).toBe('PASS')
    expect(report).toMatchObject({ left: 'NEON', right: 'FILE', differences: [] })
    expect(report.leftHash).toBe(report.rightHash)
    expect(report.tables.map(({ table, leftCount, rightCount }) => [table, leftCount, rightCount])).toEqual([
      ['admin_content_state', 1, 1],
      ['admin_history', 2, 2],
      ['kb_kinds', 1, 1],
      ['kb_relations', 2, 2],
      ['kb_domains', 1, 1],
      ['kb_entities', 4, 4],
      ['kb_edges', 2, 2],
    ])
    expect(warnings).toEqual([expect.stringContaining('1 items of the constellation in FILE')])
  })

  test.each([
    [
      'a title edited directly, with its old content hash',
      `UPDATE kb_entities SET title = 'Lusitania' WHERE slug = 'portugal'`,
      `UPDATE kb_entities SET title = 'Portugal' WHERE slug = 'portugal'`,
      {
        operation: 'CHANGED',
        subjectType: 'Entity',
        subjectKey: 'portugal',
        patch: [{ op: 'replace', path: '/title', value: 'Portugal' }],
      },
    ],
    [
      'a missing tag',
      `DELETE FROM kb_entity_tags WHERE tag = 'a'`,
      `INSERT INTO kb_entity_tags SELECT id, 'a' FROM kb_entities WHERE slug = 'portugal'`,
      { operation: 'CHANGED', subjectKey: 'portugal', patch: [{ op: 'add', path: '/tags/0', value: 'a' }] },
    ],
    [
      'an edge that is not in the payload',
      `INSERT INTO kb_edges (relation_key, source_slug, target_slug, content_hash) VALUES ('knows', 'portugal', 'spain', repeat('a', 64))`,
      `DELETE FROM kb_edges WHERE relation_key = 'knows' AND source_slug = 'portugal'`,
      {
        operation: 'REMOVED',
        subjectType: 'GraphEdge',
        subjectKey: 'knows|portugal|spain',
        patch: [{ op: 'remove', path: '' }],
      },
    ],
  ])('reports %s', async (_name, change, undo, difference) => {
    const { outcome, report, findings } = await parityAfter(change, undo, {
      left: neon,
      right: file,
      scope: ['KNOWLEDGE'],
    })
    expect(outcome).toBe('FAIL')
    expect(report.differences).toEqual([expect.objectContaining(difference)])
    expect(findings.map(({ code }) => code)).toEqual(['parity.table-differs', 'parity.row-differs'])
    expect(findings[1]?.subject).toBe(difference.subjectKey)
  })

  test('returns the patch between differing content states', async () => {
    const { outcome, report } = await parityAfter(
      `UPDATE admin_content_state SET state = jsonb_set(state, '{title}', '"Yours"')`,
      `UPDATE admin_content_state SET state = jsonb_set(state, '{title}', '"Mine"')`,
      { left: neon, right: file, scope: ['ADMIN_STATE'] },
    )
    expect(outcome).toBe('FAIL')
    expect(report.differences).toEqual([
      expect.objectContaining({
        subjectType: 'ContentState',
        patch: [{ op: 'replace', path: '/title', value: 'Mine' }],
      }),
    ])
  })

  test('reports a version that only one history has', async () => {
    const { outcome, report } = await parityAfter(
      `CREATE TABLE aside AS SELECT * FROM admin_history WHERE version = 1; DELETE FROM admin_history WHERE version = 1`,
      `INSERT INTO admin_history SELECT * FROM aside; DROP TABLE aside`,
      { left: neon, right: file, scope: ['ADMIN_STATE'] },
    )
    expect(outcome).toBe('FAIL')
    expect(report.tables.find(({ table }) => table === 'admin_history')).toMatchObject({
      onlyRight: 1,
      status: 'FAIL',
    })
    expect(report.differences).toEqual([expect.objectContaining({ operation: 'ADDED', subjectKey: '1' })])
  })

  test('of a backend that is not configured names the variable', async () => {
    await expect(parity({ left: neon, right: { backend: 'BLOB' } })).rejects.toThrow('BLOB_READ_WRITE_TOKEN')
  })

  test('rejects an unknown table', async () => {
    const { status, findings } = await parity({ left: neon, right: file, tables: ['kb_nothing'] })
    expect(status).toBe('refused')
    expect(findings[0]?.message).toMatch(/kb_nothing cannot be compared .* available: admin_content_state/)
  })
})

describe('kb parity with a backup', () => {
  test('passes for the live database and the file store, then reports later changes', async () => {
    const { manifest } = await createBackup(ctx)
    const artifact = { artifact: manifest.id }
    const same = await parity({ left: artifact, right: neon })
    expect(same).toMatchObject({ outcome: 'PASS', findings: [] })
    expect(same.report.tables.map(({ table }) => table)).toContain('kb_entity_tags')
    expect(await parity({ left: artifact, right: file })).toMatchObject({ outcome: 'PASS', findings: [] })

    const changed = await parityAfter(
      `UPDATE kb_entities SET attributes = '{"population": 9007199254740993}', updated_at = updated_at + '1 microsecond' WHERE slug = 'spain';
       DELETE FROM kb_edges WHERE relation_key = 'borders'`,
      `UPDATE kb_entities SET attributes = '{"legacyId": "Spain", "population": 48}', updated_at = updated_at - '1 microsecond'::interval WHERE slug = 'spain';
       INSERT INTO kb_edges (relation_key, source_slug, target_slug, weight, content_hash) VALUES ('borders', 'portugal', 'spain', 0.5, repeat('b', 64))`,
      { left: artifact, right: neon, scope: ['KNOWLEDGE'] },
    )
    expect(changed.outcome).toBe('FAIL')
    expect(changed.report.differences).toEqual([
      expect.objectContaining({ operation: 'REMOVED', subjectKey: 'borders|portugal|spain' }),
      expect.objectContaining({ operation: 'CHANGED', subjectType: 'Entity', subjectKey: 'spain' }),
    ])
    const pointers = changed.report.differences[1]!.patch.map(({ path }) => path)
    expect(pointers).toContain('/attributes/population')
    expect(pointers).toContain('/updated_at')
  })

  test('distinguishes two integers beyond 2^53', async () => {
    await database.pool.query(
      `UPDATE kb_entities SET attributes = '{"n": 9007199254740993}' WHERE slug = 'spain'`,
    )
    const { manifest } = await createBackup(ctx)
    const { report } = await parityAfter(
      `UPDATE kb_entities SET attributes = '{"n": 9007199254740992}' WHERE slug = 'spain'`,
      `UPDATE kb_entities SET attributes = '{"legacyId": "Spain", "population": 48}' WHERE slug = 'spain'`,
      { left: { artifact: manifest.id }, right: neon, tables: ['kb_entities'] },
    )
    expect(report.differences.map(({ patch }) => patch)).toEqual([
      expect.arrayContaining([{ op: 'replace', path: '/attributes', value: '{"n": 9007199254740992}' }]),
    ])
  })

  test('that is damaged or missing is an error, not a difference', async () => {
    const missing = await parity({ left: { artifact: 'nothing' }, right: neon })
    expect(missing).toMatchObject({ status: 'refused', outcome: null })
    const { manifest, directory } = await createBackup(ctx)
    await rm(join(directory, 'kb_edges.copy'))
    const damaged = await parity({ left: { artifact: manifest.id }, right: neon })
    expect(damaged).toMatchObject({
      status: 'failed',
      outcome: null,
      findings: [{ code: 'operation.invalid' }],
    })
  })
})
