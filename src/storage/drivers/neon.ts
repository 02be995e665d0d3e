import type { ClientBase, Pool } from 'pg'
import { isDatabaseUnavailable } from '../../database/connection/database-unavailable.ts'
import { withTransaction } from '../../database/connection/transaction.ts'
import { hashJson } from '../../domain/hash.ts'
import type { JsonObject } from '../../domain/json/value.ts'
import {
  StorageUnavailableError,
  VersionConflictError,
  type ContentDriver,
  type ContentVersion,
  type ContentVersionHead,
  type HistoryPage,
} from '../content-driver.ts'
import { readDocument } from '../version-document.ts'

type Run = <Result>(work: (client: ClientBase) => Promise<Result>) => Promise<Result>

/** The content state in Postgres: `admin_content_state` and `admin_history`, always written together. */
export function createNeonDriver(pool: Pool): ContentDriver {
  return createDriver(async (work) => {
    try {
      return await withTransaction(pool, 'READ COMMITTED', work)
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error
      const message =
        'The database is unreachable, or the connection broke. After a save, read the state again before the next one.'
      throw new StorageUnavailableError('neon', message, error)
    }
  })
}

/** The same within the caller's transaction; database errors are not wrapped. */
export function createNeonDriverWithin(client: ClientBase): ContentDriver {
  return createDriver((work) => work(client))
}

function createDriver(run: Run): ContentDriver {
  return {
    kind: 'neon',
    read: () => run(readCurrent),
    async readHead() {
      const heads = await run((client) =>
        client.query<ContentVersionHead>(`SELECT ${head('c')} FROM ${current} WHERE c.id = 1`),
      )
      return heads.rows[0] ?? null
    },
    append: (next, expectedVersion, also) =>
      run(async (client) => {
        const written = await append(client, next, expectedVersion)
        await also?.(client)
        return written
      }),
    readVersion: (version) => run((client) => readVersion(client, version)),
    listVersions: (page) => run((client) => listVersions(client, page)),
    async countVersions() {
      const counted = await run((client) =>
        client.query<{ count: number }>('SELECT count(*)::int AS count FROM admin_history'),
      )
      return counted.rows[0]?.count ?? 0
    },
  }
}

// As text: pg's parsers would lose microseconds of timestamps and digits of jsonb.
const instant = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
const current = 'admin_content_state c LEFT JOIN admin_history h ON h.version = c.version'
/** @param table `c` for the current version, whose note is in the history */
const head = (
  table: 'c' | 'h',
) => `${table}.version, ${table}.hash, h.note, h.restored_from AS "restoredFrom",
  ${instant(table === 'c' ? 'c.updated_at' : 'h.created_at')} AS "createdAt",
  coalesce(${table === 'c' ? 'c.updated_by' : 'h.created_by'}, 'unknown') AS "createdBy"`

interface StoredVersion extends ContentVersionHead {
  readonly text: string
}

async function readCurrent(client: ClientBase): Promise<ContentVersion | null> {
  const { rows } = await client.query<StoredVersion>(
    `SELECT ${head('c')}, c.state::text AS text FROM ${current} WHERE c.id = 1`,
  )
  return rows[0] === undefined ? null : toVersion(rows[0], 'admin_content_state')
}

async function readVersion(client: ClientBase, version: number): Promise<ContentVersion | null> {
  const { rows } = await client.query<StoredVersion>(
    `SELECT ${head('h')}, h.state::text AS text FROM admin_history h WHERE h.version = $1`,
    [version],
  )
  return rows[0] === undefined ? null : toVersion(rows[0], `version ${version} in admin_history`)
}

/** Recompute the hash: somebody may have edited the row, which invalidates the stored one. */
function toVersion({ text, ...found }: StoredVersion, where: string): ContentVersion {
  const state: JsonObject = readDocument(text, 'neon', where)
  return { ...found, state, hash: hashJson(state) }
}

async function append(
  client: ClientBase,
  next: ContentVersion,
  expectedVersion: number,
): Promise<readonly ['neon']> {
  const { version, state, hash, note, createdAt, createdBy, restoredFrom } = next
  const text = JSON.stringify(state)
  // Either one waits for a concurrent saver and then sees its result.
  const { rowCount } =
    expectedVersion === 0
      ? await client.query(
          `INSERT INTO admin_content_state (id, version, state, hash, updated_at, updated_by)
           VALUES (1, $1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING`,
          [version, text, hash, createdAt, createdBy],
        )
      : await client.query(
          `UPDATE admin_content_state SET version = $1, state = $2, hash = $3, updated_at = $4, updated_by = $5
           WHERE id = 1 AND version = $6`,
          [version, text, hash, createdAt, createdBy, expectedVersion],
        )
  if (rowCount !== 1) {
    const found = await client.query<{ version: number }>(
      'SELECT version FROM admin_content_state WHERE id = 1',
    )
    throw new VersionConflictError(expectedVersion, found.rows[0]?.version ?? 0)
  }
  await client.query(
    `INSERT INTO admin_history (version, state, hash, note, created_at, created_by, restored_from)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [version, text, hash, note, createdAt, createdBy, restoredFrom],
  )
  return ['neon']
}

async function listVersions(client: ClientBase, page: HistoryPage): Promise<readonly ContentVersionHead[]> {
  const { rows } = await client.query<ContentVersionHead>(
    `SELECT ${head('h')} FROM admin_history h
     WHERE ($1::int IS NULL OR h.version < $1) AND ($2::int IS NULL OR h.version > $2)
     ORDER BY h.version ${page.order === 'newest-first' ? 'DESC' : 'ASC'} LIMIT $3`,
    [page.before ?? null, page.after ?? null, page.limit],
  )
  return rows
}
