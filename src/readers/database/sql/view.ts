import pg from 'pg'
import sql, { raw, type Sql } from 'sql-template-tag'

export interface View {
  /** The public sees what is published; editors see every status. */
  readonly sees: 'published' | 'all'
  /** A past moment in RFC 3339; null for now. */
  readonly at: string | null
}

export const publicView: View = { sees: 'published', at: null }

/** Whether the public sees the subject of a kb_changes row today. Withdrawing something hides it at every past moment, too. */
export function isPublicNow(alias: string): Sql {
  return sql`EXISTS (SELECT FROM kb_changes latest WHERE latest.subject_id = ${raw(alias)}.subject_id AND latest.superseded_at IS NULL AND latest.is_public)`
}

/** A placeholder among a statement's values, filled in per view. */
class Visibility {
  readonly alias: string

  constructor(alias: string) {
    this.alias = alias
  }
}

/** Whether the viewer may see this entity or workflow: published for the public, anything for editors. */
export function visible(alias: string): Sql {
  return sql`${new Visibility(alias)}`
}

/**
 * The tables as they were, from the history, under their own names, so that statements work unchanged; planned together, so that
 * indexes apply.
 * @param moment SQL of a timestamptz
 */
function pastTables(sees: View['sees'], moment: string): string {
  const visible = sees === 'published' ? ` AND ${isPublicNow('kb_changes').text}` : ''
  const then = `changed_at <= ${moment} AND (superseded_at IS NULL OR superseded_at > ${moment}) AND state IS NOT NULL${visible}`
  return `kb_entities AS NOT MATERIALIZED (
    SELECT subject_id AS id, subject_key AS slug, (state->>'kind') COLLATE "C" AS kind_key,
      (state->>'domain') COLLATE "C" AS domain_key, state->>'title' AS title, state->>'summary' AS summary,
      state->>'url' AS url, (state->>'status')::kb_publication_status AS status, state->'attributes' AS attributes,
      (state->>'weight')::float8 AS weight, created_at, updated_at, revision, content_hash,
      left(kb_fold(state->>'title'), 500) COLLATE "C" AS title_key
    FROM kb_changes WHERE subject_type = 'Entity' AND ${then}),
  kb_entity_tags AS NOT MATERIALIZED (
    SELECT subject_id AS entity_id, t.tag COLLATE "C" AS tag
    FROM kb_changes, jsonb_array_elements_text(state->'tags') AS t(tag) WHERE subject_type = 'Entity' AND ${then}),
  kb_edges AS NOT MATERIALIZED (
    SELECT subject_id AS id, (state->>'relation') COLLATE "C" AS relation_key, source_slug, target_slug,
      state->>'label' AS label, (state->>'weight')::float8 AS weight, state->'attributes' AS attributes, created_at,
      updated_at, revision, content_hash
    FROM kb_changes WHERE subject_type = 'GraphEdge' AND ${then})`
}

export function inView({ sees, at }: View, statement: Sql): { text: string; values: unknown[] } {
  const values: unknown[] = []
  const text = write(statement, sees, (value) => `$${values.push(value)}`)
  return { text: at === null ? text : `${past(sees, `$${values.push(at)}`)} ${text}`, values }
}

/** Like {@link inView}, for statements that allow no parameters: cursors and COPY. */
export function textInView({ sees, at }: View, statement: Sql): string {
  const text = write(statement, sees, () => {
    throw new Error('This statement may have no values.')
  })
  return at === null ? text : `${past(sees, pg.escapeLiteral(at))} ${text}`
}

function past(sees: View['sees'], moment: string): string {
  return `WITH ${pastTables(sees, `${moment}::timestamptz`)}`
}

function write({ strings, values }: Sql, sees: View['sees'], place: (value: unknown) => string): string {
  let text = strings[0]!
  for (const [at, value] of values.entries()) {
    const isVisibility = value instanceof Visibility
    text += isVisibility ? (sees === 'all' ? 'TRUE' : `${value.alias}.status = 'PUBLISHED'`) : place(value)
    text += strings[at + 1]!
  }
  return text
}
