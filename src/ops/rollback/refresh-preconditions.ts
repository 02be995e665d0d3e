import type { Pool } from 'pg'
import { isSameDatabase, type DatabaseIdentity } from '../../database/connection/database-identity.ts'
import { readAppliedMigrations } from '../../database/schema/state.ts'
import { schemaVersionOf } from '../backup/manifest.ts'
import { OperationError } from '../run/error.ts'

/** Reports everything that forbids the refresh at once; read-only. */
export async function requireRefreshable(
  production: { readonly pool: Pool; readonly identity: DatabaseIdentity },
  local: { readonly pool: Pool; readonly identity: DatabaseIdentity },
  markers: readonly string[],
): Promise<void> {
  const [from, to] = [production.identity, local.identity]
  if (isSameDatabase(from, to))
    throw new OperationError(
      'refused',
      'wrong-target',
      `PRODUCTION_DATABASE_URL and the local database are the same (${to.database}). Nothing was written.`,
    )
  if (to.environment === 'production')
    throw new OperationError(
      'refused',
      'wrong-target',
      `The local database ${to.database} is marked as production, and a refresh would replace it. Nothing was written.`,
    )
  if (!['production', 'unmarked'].includes(from.environment))
    throw new OperationError(
      'refused',
      'wrong-target',
      `The database at PRODUCTION_DATABASE_URL is marked as ${from.environment}, not as production. Nothing was written.`,
    )
  const problems = [
    ...(await findMissingMarkers(production.pool, markers)),
    ...(await compareSchemas(production.pool, local.pool)),
  ]
  if (problems.length > 0)
    throw new OperationError('refused', 'precondition-failed', `${problems.join(' ')} Nothing was written.`)
}

/** A marker is the slug of a published entity, or `slug=contentHash` for exact content. */
async function findMissingMarkers(production: Pool, markers: readonly string[]): Promise<string[]> {
  const wanted = markers.map((marker) => {
    const [slug = '', hash = null] = marker.split('=', 2)
    return { marker, slug, hash }
  })
  const { rows } = await production.query<{ slug: string; hash: string }>(
    `SELECT slug, content_hash AS hash FROM public.kb_entities WHERE status = 'PUBLISHED' AND slug = ANY ($1)`,
    [wanted.map(({ slug }) => slug)],
  )
  const found = new Map(rows.map(({ slug, hash }) => [slug, hash]))
  return wanted.flatMap(({ slug, hash }) => {
    const actual = found.get(slug)
    if (actual === undefined)
      return [`Production has no published entity \`${slug}\`, which PRODUCTION_MARKERS expects.`]
    if (hash === null || hash === actual) return []
    return [
      `The entity \`${slug}\` of production has the content hash ${actual}; PRODUCTION_MARKERS expects ${hash}.`,
    ]
  })
}

async function compareSchemas(production: Pool, local: Pool): Promise<string[]> {
  const [from, to] = await Promise.all([production, local].map(readAppliedMigrations))
  const versions = [schemaVersionOf({ migrations: from! }), schemaVersionOf({ migrations: to! })]
  if (versions[0] === versions[1]) return []
  return [
    `Production has the schema ${versions[0]}, and the local database ${versions[1]}; migrate both to the same one.`,
  ]
}
