import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pool } from 'pg'

/** A tablespace on a tmpfs of a few megabytes. */
export interface SmallDisk {
  readonly tablespace: string
  remove(): Promise<void>
}

const size = '24m'

/** Why it cannot be done here; null if it can. Only root may mount, and only a server of this machine sees it. */
export function canMountSmallDisk(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'kb-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' })
    execFileSync('umount', [folder], { stdio: 'ignore' })
    return null
  } catch {
    return 'a small disk cannot be mounted here; run it as root'
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export async function mountSmallDisk(pool: Pool): Promise<SmallDisk> {
  const { rows } = await pool.query<{ folder: string }>(`SELECT current_setting('data_directory') AS folder`)
  const { uid, gid } = statSync(rows[0]!.folder)
  const folder = mkdtempSync(join(tmpdir(), 'kb-small-disk-'))
  chmodSync(folder, 0o755)
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0755`, 'tmpfs', folder])
  const location = join(folder, 'space')
  mkdirSync(location, { mode: 0o700 })
  chownSync(location, uid, gid)
  const tablespace = `small_${process.pid}_${Date.now().toString(36)}`
  await pool.query(`CREATE TABLESPACE ${tablespace} LOCATION '${location}'`)
  return {
    tablespace,
    async remove() {
      // Nobody may be using it any more, or the server would miss it.
      await pool.query(`ALTER TABLE IF EXISTS fault_rows SET TABLESPACE pg_default`)
      await pool.query(`DROP TABLESPACE ${tablespace}`)
      execFileSync('umount', ['--lazy', folder])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
