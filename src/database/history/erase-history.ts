import type { ClientBase } from 'pg'

/** What an erasure is about: an entity by its slug, and every edge that it ever had. */
export interface ErasureSubjects {
  /** The entity that has the slug now; null if there is none. */
  readonly present: { readonly id: string; readonly slug: string } | null
  /** Ids of that entity, and of removed ones whose last slug it was. */
  readonly entityIds: readonly string[]
  /** When the first of them entered the history; what was copied before cannot hold them. */
  readonly since: string | null
}

/** Finds what a slug means to an erasure; no ids if nothing ever had it. */
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

/** The entities and each edge that ever began or ended at one of them, told apart from edges of others that took over a slug. */
const subjects = `
  SELECT unnest($1::uuid[]) AS id
  UNION
  SELECT d.subject_id FROM kb_changes e JOIN kb_changes d
    ON (d.source_slug = e.subject_key OR d.target_slug = e.subject_key)
      AND d.changed_at < coalesce(e.superseded_at, 'infinity') AND e.changed_at <= coalesce(d.superseded_at, 'infinity')
  WHERE e.subject_id = ANY($1::uuid[]) AND e.operation IS DISTINCT FROM 'REMOVED'`

/** Changes that tell of a former state. What a subject is now is not history. */
const former = `c.subject_id IN (${subjects}) AND c.redacted_at IS NULL AND (c.superseded_at IS NOT NULL OR c.operation = 'REMOVED')`

/** What an erasure would take, by place and content, so that a plan can be sealed. */
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

/** Rows that an erasure changed or deleted, by table. */
export interface ErasedCounts {
  readonly updated: Readonly<Record<string, number>>
  readonly deleted: Readonly<Record<string, number>>
}

/**
 * Erases former states: of each change its place in the feed, its moment and its last key stay, its content goes. Excerpts of
 * sources go too, and answers that idempotency keys keep and that name the entity. Call it in a transaction that holds the graph's lock.
 *
 * @param checksum SHA-256 by which the erased rows name the redaction's row in the ledger
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
  // Whoever keeps an answer of the past asks again.
  await client.query(
    `WITH moved AS (UPDATE kb_graph_version SET version = version + 1 WHERE id = 1 RETURNING id)
     SELECT pg_notify('kb_changes', '') FROM moved`,
  )
  return {
    updated: { kb_changes: changes, kb_entity_sources: sources },
    deleted: { admin_idempotency_keys: answers },
  }
}

/**
 * What an erasure leaves: versions of the content state and runs of operations are chained by hash and stay as they are.
 * Finds those that name the entity, by its slug, its id or the id that the constellation knows it by.
 */
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
