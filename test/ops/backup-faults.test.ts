import { execFileSync } from 'node:child_process'
import { mkdtemp, rename, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readBackup, verifyBackupFiles } from '../../src/ops/backup/files.ts'
import { manifestName } from '../../src/ops/backup/manifest.ts'
import { createBackup, type Backup } from '../../src/ops/backup/create.ts'
import type { OpsContext } from '../../src/ops/run/context.ts'
import { rehearseRestore } from '../../src/ops/backup/restore-rehearsal.ts'
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
  test('accepts an intact backup', { timeout: patience }, async () => {
    const { findings } = await rehearseRestore(ctx, backup, { server: database.pool })
    expect(findings).toEqual([])
  })

  test.each(damages)('detects: $name', { timeout: patience }, async (damage) => {
    expect(await plantDamage(ctx, backup, damage)).toMatchObject({ name: damage.name, isCaught: true })
  })
})

describe('A backup whose files were replaced', () => {
  const replaced = async (
    name: string,
    replace: (path: string) => Promise<void> | void,
    look: () => Promise<void>,
  ) => {
    const path = join(backup.directory, name)
    await rename(path, `${backup.directory}-kept`)
    try {
      await replace(path)
      await look()
    } finally {
      await rm(path, { force: true })
      await rename(`${backup.directory}-kept`, path)
    }
  }
  const endless = [
    ['a link to an endless file', (path: string) => symlink('/dev/zero', path)],
    ['a link to another file', (path: string) => symlink('/etc/hostname', path)],
    ['a pipe', (path: string) => void execFileSync('mkfifo', [path])],
  ] as const

  test.each(endless)('by %s is rejected unread', async (_, replace) => {
    await replaced('kb_edges.copy', replace, async () => {
      const codes = (await verifyBackupFiles(backup)).map(({ code, subject }) => `${code} ${subject}`)
      expect(codes).toEqual(['backup.file-irregular kb_edges'])
    })
    await replaced(manifestName, replace, async () => {
      await expect(readBackup(folder, backup.manifest.id)).rejects.toThrow(/not a regular file/)
    })
    expect(await verifyBackupFiles(backup)).toEqual([])
  })
})
