import type { ClientBase } from 'pg'
import { instantOf } from '../../domain/timestamp.ts'
import type { ContentVersion } from '../../storage/content-driver.ts'
import { createNeonDriverWithin } from '../../storage/drivers/neon.ts'
import type { ParityStore } from '../parity/store.ts'

export interface BackupContentState {
  readonly current: ContentVersion | null
  readonly versions: readonly ContentVersion[]
  /** Version numbers that hold a different state in the database; these stay in the backup. */
  readonly clashes: readonly number[]
}

const versionsAtOnce = 100

/** Reads a backup's content state, and only those older versions that the database lacks. */
export async function readBackupContent(
  { content }: ParityStore,
  known: ReadonlyMap<number, string>,
): Promise<BackupContentState> {
  if (content === null) return { current: null, versions: [], clashes: [] }
  const versions: ContentVersion[] = []
  const clashes: number[] = []
  for (let after = 0; ;) {
    const heads = await content.listVersions({ after, limit: versionsAtOnce, order: 'oldest-first' })
    for (const { version } of heads.filter((head) => !known.has(head.version))) {
      const found = await content.readVersion(version)
      if (found !== null) versions.push(found)
    }
    clashes.push(
      ...heads
        .filter(({ version, hash }) => (known.get(version) ?? hash) !== hash)
        .map(({ version }) => version),
    )
    if (heads.length < versionsAtOnce) break
    after = heads.at(-1)!.version
  }
  return { current: await content.read(), versions, clashes }
}

/**
 * Saves a backup's state as a new version; the history only grows. Versions that the database lost are
 * restored. Returns null if the state is already current.
 */
export async function restoreContentState(
  client: ClientBase,
  { current, versions, clashes }: BackupContentState,
  by: { readonly actor: string; readonly note: string; readonly now: Date },
): Promise<number | null> {
  for (const { version, state, hash, note, createdAt, createdBy, restoredFrom } of versions)
    await client.query(
      `INSERT INTO public.admin_history (version, state, hash, note, created_at, created_by, restored_from)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (version) DO NOTHING`,
      [version, JSON.stringify(state), hash, note, createdAt, createdBy, restoredFrom],
    )
  const driver = createNeonDriverWithin(client)
  const live = await driver.readHead()
  if (current === null || live?.hash === current.hash) return null
  const { rows } = await client.query<{ next: number }>(
    'SELECT coalesce(max(version), 0) + 1 AS next FROM public.admin_history',
  )
  const version = Math.max(rows[0]!.next, (live?.version ?? 0) + 1)
  const next = {
    version,
    state: current.state,
    hash: current.hash,
    note: by.note,
    createdAt: instantOf(by.now),
    createdBy: by.actor,
    restoredFrom: clashes.includes(current.version) ? null : current.version,
  }
  await driver.append(next, live?.version ?? 0)
  return version
}
