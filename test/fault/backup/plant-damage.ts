import { cp, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { readManifest } from '../../../src/ops/backup/manifest.ts'
import { createBackup, type Backup } from '../../../src/ops/backup/create.ts'
import { OperationError } from '../../../src/ops/run/error.ts'
import type { OpsContext } from '../../../src/ops/run/context.ts'
import { rehearseRestore } from '../../../src/ops/backup/restore-rehearsal.ts'
import type { Damage } from './damages.ts'

export interface Caught {
  readonly name: string
  readonly isCaught: boolean
  /** Codes of all that was reported. */
  readonly codes: readonly string[]
}

/**
 * Plants one damage and lets the drill's second half look for it.
 *
 * @param sound a backup of the source; a copy of it is damaged
 */
export async function plantDamage(ctx: OpsContext, sound: Backup, damage: Damage): Promise<Caught> {
  const [break_, undo] = damage.onSource ?? []
  if (break_ !== undefined) await ctx.pool.query(break_)
  const backup = break_ === undefined ? await copyBackup(sound) : await createBackup(ctx)
  if (undo !== undefined) await ctx.pool.query(undo)
  try {
    await damage.onBackup?.(backup.directory)
    const codes = await examine(ctx, backup, damage)
    return { name: damage.name, isCaught: codes.some((code) => damage.caughtBy.test(code)), codes }
  } finally {
    await rm(backup.directory, { recursive: true, force: true })
  }
}

/** The backup under its own name, in another folder. */
async function copyBackup({ directory, manifest }: Backup): Promise<Backup> {
  const copy = join(dirname(directory), 'damaged', basename(directory))
  await cp(directory, copy, { recursive: true })
  return { directory: copy, manifest }
}

async function examine(ctx: OpsContext, backup: Backup, damage: Damage): Promise<string[]> {
  try {
    const manifest = await readManifest(backup.directory)
    const isReplaced = damage.caughtBy.test('drill.manifest-replaced')
    const { findings } = await rehearseRestore(
      ctx,
      { ...backup, manifest },
      {
        server: ctx.pool,
        // Damage behind a manifest that fits is to be found by what it damages, not by the manifest's own hash.
        manifestHash: isReplaced ? backup.manifest.hash : manifest.hash,
        ...(damage.onRestored !== undefined && {
          onRestored: async (scratch) => void (await scratch.query(damage.onRestored!)),
        }),
      },
    )
    return findings.filter(({ severity }) => severity === 'error').map(({ code }) => code)
  } catch (error) {
    if (error instanceof OperationError) return [error.code]
    throw error
  }
}
