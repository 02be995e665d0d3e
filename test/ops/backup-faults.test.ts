import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBackup, type Backup } from '../../src/ops/create-backup.ts'
import type { OpsContext } from '../../src/ops/ops-context.ts'
import { rehearseRestore } from '../../src/ops/restore-rehearsal.ts'
import { damages } from '../fault/backup/damages.ts'
import { addFragileRows } from '../fault/backup/fragile-rows.ts'
import { plantDamage } from '../fault/backup/plant-damage.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createOpsContext } from '../support/ops-context.ts'
import { writeSmallGraph } from '../support/small-graph.ts'

const patience = 120_000

let database: TestDatabase
let folder: string
let ctx: OpsContext
let backup: Backup
beforeAll(async () => {
  database = await createTestDatabase()
  await writeSmallGraph(database.pool)
  await addFragileRows(database.pool)
  folder = await mkdtemp(join(tmpdir(), 'kb-backups-'))
  ctx = createOpsContext(database, { BACKUP_OUTPUT_PATH: folder })
  backup = await createBackup(ctx)
}, patience)
afterAll(async () => {
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

describe('A rehearsed restore', () => {
  test('raises no alarm over a sound backup', { timeout: patience }, async () => {
    const { findings } = await rehearseRestore(ctx, backup, { server: database.pool })
    expect(findings).toEqual([])
  })

  test.each(damages)('catches: $name', { timeout: patience }, async (damage) => {
    expect(await plantDamage(ctx, backup, damage)).toMatchObject({ name: damage.name, isCaught: true })
  })
})
