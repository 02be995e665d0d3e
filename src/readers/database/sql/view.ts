import pg from 'pg'
import sql, { raw, type Sql } from 'sql-template-tag'

/** What a reader sees of the graph: whose eyes, and when. */
export interface View {
  /** The public sees what is published; editors see every status. */
  readonly sees: 'published' | 'all'
  /** A moment of the past, in RFC 3339; null for now. */
  readonly at: string | null
}

export const publicView: View = { sees: 'published', at: null }

/**
 * Whether the public sees the subject of a row of kb_changes today. What it does not see today it does not see in any moment
 * of the past either: whoever takes something back takes back all of it.
 */
export function isPublicNow(alias: string): Sql {
  return sql`EXISTS (SELECT FROM kb_changes latest WHERE latest.subject_id = ${raw(alias)}.subject_id AND latest.superseded_at IS NULL AND latest.is_public)`
}

/** Holds the place, among the values of a statement, of what depends on who looks. */
class Visibility {
  readonly alias: string

  constructor(alias: string) {
    this.alias = alias
  }
}

/**
 * Whether the viewer may see an entity or a workflow of this alias. The view says what that means when the statement is run: for
 * the public that it is published, for editors nothing.
 */
export function visible(alias: string): Sql {
  return sql`${new Visibility(alias)}`
}

/**
 * The tables of the graph as they were, out of its history, under the names of the tables: a statement that is written
 * for today needs no other words for the past. Planned as one with it, so that a slug is found by an index.
 *
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

/** A statement as a view has it, with its parameters. */
export function inView({ sees, at }: View, statement: Sql): { text: string; values: unknown[] } {
  const values: unknown[] = []
  const text = write(statement, sees, (value) => `$${values.push(value)}`)
  return { text: at === null ? text : `${past(sees, `$${values.push(at)}`)} ${text}`, values }
}

/** As {@link inView}, where no parameters can be: a statement of a cursor or of COPY, without values. */
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
