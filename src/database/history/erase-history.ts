import type { ClientBase } from 'pg'

/** The subject of an erasure: an entity by slug, and every edge it ever had. */
export interface ErasureSubjects {
  readonly present: { readonly id: string; readonly slug: string } | null
  /** Ids of that entity, and of removed ones that last had this slug. */
  readonly entityIds: readonly string[]
  /** When the first of them entered the history; older copies cannot contain them. */
  readonly since: string | null
}

/** Finds the entities of a slug; no ids if none ever had it. */
export async function findErasureSubjects(client: ClientBase, slug: string): Promise<ErasureSubjects> {
  const { rows } = await client.query<{ id: string; isPresent: boolean; since: string }>(
    `SELECT c.subject_id AS id, c.operation IS DISTINCT FROM 'REMOVED' AS "isPresent",
       (SELECT to_char(min(x.changed_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
          FROM kb_changes x WHERE x.subject_id = c.subject_id) AS since
     FROM kb_changes c WHERE c.subject_type = 'Entity' AND c.subject_key = $1 AND c.superseded_at IS NULL ORDER BY 1`,
    [slug],
  )
  const present = rows.find(({ isPresent }) => isPresent)
  return {
    present: present === undefined ? null : { id: present.id, slug },
    entityIds: rows.map(({ id }) => id),
    since: rows.map(({ since }) => since).toSorted()[0] ?? null,
  }
}

/** The entities and every edge that ever started or ended at one, not the edges of later owners of a slug. */
const subjects = `
  SELECT unnest($1::uuid[]) AS id
  UNION
  SELECT d.subject_id FROM kb_changes e JOIN kb_changes d
    ON (d.source_slug = e.subject_key OR d.target_slug = e.subject_key)
      AND d.changed_at < coalesce(e.superseded_at, 'infinity') AND e.changed_at <= coalesce(d.superseded_at, 'infinity')
  WHERE e.subject_id = ANY($1::uuid[]) AND e.operation IS DISTINCT FROM 'REMOVED'`

/** Changes that hold a former state; the current state is not history. */
const former = `c.subject_id IN (${subjects}) AND c.redacted_at IS NULL AND (c.superseded_at IS NOT NULL OR c.operation = 'REMOVED')`

/** What an erasure would remove, by place and content, so that a plan can be sealed. */
export async function readFormerChanges(
  client: ClientBase,
  entityIds: readonly string[],
): Promise<{ readonly position: string; readonly contentHash: string }[]> {
  const { rows } = await client.query<{ position: string; contentHash: string }>(
    `SELECT c.position::text, c.content_hash AS "contentHash" FROM kb_changes c WHERE ${former} ORDER BY c.position`,
    [entityIds],
  )
  return rows
}

export interface ErasedCounts {
  readonly updated: Readonly<Record<string, number>>
  readonly deleted: Readonly<Record<string, number>>
}

/**
 * Erases former states: each change keeps its feed position, time and last key and loses its content. Also
 * erases source excerpts and stored idempotency responses that name the entity. Requires the graph's lock.
 * @param checksum SHA-256 that links erased rows to the redaction's ledger row
 */
export async function eraseHistory(
  client: ClientBase,
  { entityIds, slug, checksum }: { entityIds: readonly string[]; slug: string; checksum: string },
): Promise<ErasedCounts> {
  const run = async (text: string, values: unknown[]) => (await client.query(text, values)).rowCount ?? 0
  const changes = await run(
    `WITH taken AS (SELECT c.position, c.subject_id FROM kb_changes c WHERE ${former})
     UPDATE kb_changes c SET state = NULL, content_hash = $2, redacted_at = clock_timestamp(),
       subject_key = last.subject_key, source_slug = last.source_slug, target_slug = last.target_slug
     FROM taken JOIN kb_changes last ON last.subject_id = taken.subject_id AND last.superseded_at IS NULL
     WHERE c.position = taken.position`,
    [entityIds, checksum],
  )
  const sources = await run(
    `UPDATE kb_entity_sources SET excerpt = NULL WHERE excerpt IS NOT NULL
       AND (entity_id = ANY($1::uuid[]) OR edge_id IN (${subjects}))`,
    [entityIds],
  )
  const answers = await run(
    `DELETE FROM admin_idempotency_keys WHERE strpos(result::text, $1) > 0 OR result::text LIKE ANY($2)`,
    [JSON.stringify(slug), entityIds.map((id) => `%${id}%`)],
  )
  // Clients with a cached response must fetch again.
  await client.query(
    `WITH moved AS (UPDATE kb_graph_version SET version = version + 1 WHERE id = 1 RETURNING id)
     SELECT pg_notify('kb_changes', '') FROM moved`,
  )
  return {
    updated: { kb_changes: changes, kb_entity_sources: sources },
    deleted: { admin_idempotency_keys: answers },
  }
}

/** Hash-chained content versions and runs that name the entity, which an erasure must not change. */
export async function findMentions(
  client: ClientBase,
  { entityIds, slug }: { entityIds: readonly string[]; slug: string },
): Promise<{ readonly contentVersions: number[]; readonly runs: string[] }> {
  const legacy = await client.query<{ id: string }>(
    `SELECT DISTINCT state #>> '{attributes,legacyId}' AS id FROM kb_changes
     WHERE subject_id = ANY($1::uuid[]) AND state #> '{attributes,legacyId}' IS NOT NULL`,
    [entityIds],
  )
  const names = [slug, ...entityIds, ...legacy.rows.map(({ id }) => id)]
  const ends = [`"${slug}|`, `|${slug}|`, `|${slug}"`] // Keys of edges.
  const needles = [[...names.map((name) => JSON.stringify(name)), ...ends]]
  const mention = (text: string) => `EXISTS (SELECT FROM unnest($1::text[]) n WHERE strpos(${text}, n) > 0)`
  const versions = await client.query<{ version: number }>(
    `SELECT version FROM admin_history WHERE ${mention('state::text')} ORDER BY version`,
    needles,
  )
  const runs = await client.query<{ id: string }>(
    `SELECT id FROM admin_runs WHERE kind <> 'REDACTION' AND ${mention('summary::text || log::text')} ORDER BY started_at, id`,
    needles,
  )
  return {
    contentVersions: versions.rows.map(({ version }) => version),
    runs: runs.rows.map(({ id }) => id),
  }
}
