import fc from 'fast-check'
import type { ClientBase } from 'pg'

const slugs = ['a', 'b', 'c', 'd', 'e']
const slug = fc.constantFrom(...slugs)
const status = fc.constantFrom('DRAFT', 'PUBLISHED', 'PUBLISHED', 'ARCHIVED')
const tag = fc.constantFrom('red', 'green', 'blue', 'ünïcode 😀')
const relation = fc.constantFrom('knows', 'likes')

/** One write of the graph by hand. */
export type Write = { readonly text: string; readonly values: readonly unknown[] }

const write = (text: string, ...values: unknown[]): Write => ({ text, values })
const anyHash = `encode(sha256(gen_random_uuid()::text::bytea), 'hex')`

/** Writes of entities, tags and edges; each is allowed to find nothing to do. */
export const anyWrite: fc.Arbitrary<Write> = fc.oneof(
  fc.tuple(slug, status, fc.string({ unit: 'grapheme', maxLength: 8 })).map(([s, st, title]) =>
    write(
      `INSERT INTO kb_entities (slug, kind_key, title, status, content_hash)
       VALUES ($1, 'thing', 'x' || $2, $3::kb_publication_status, ${anyHash})
       ON CONFLICT (slug) DO UPDATE SET title = excluded.title, revision = kb_entities.revision + 1, content_hash = excluded.content_hash`,
      s,
      title.replaceAll('\0', ''),
      st,
    ),
  ),
  fc
    .tuple(slug, status)
    .map(([s, st]) =>
      write(
        `UPDATE kb_entities SET status = $2::kb_publication_status, revision = revision + 1, content_hash = ${anyHash} WHERE slug = $1`,
        s,
        st,
      ),
    ),
  fc
    .tuple(slug, tag)
    .map(([s, t]) =>
      write(
        `INSERT INTO kb_entity_tags SELECT id, $2 FROM kb_entities WHERE slug = $1 ON CONFLICT DO NOTHING`,
        s,
        t,
      ),
    ),
  fc
    .tuple(slug, tag)
    .map(([s, t]) =>
      write(
        `DELETE FROM kb_entity_tags g USING kb_entities e WHERE e.id = g.entity_id AND e.slug = $1 AND g.tag = $2`,
        s,
        t,
      ),
    ),
  fc.tuple(slug, relation, slug, fc.integer({ min: 0, max: 3 })).map(([s, r, o, weight]) =>
    write(
      `INSERT INTO kb_edges (source_slug, relation_key, target_slug, weight, content_hash)
       SELECT $1, $2, $3, $4::float8, ${anyHash} WHERE EXISTS (SELECT FROM kb_entities WHERE slug = $1) AND EXISTS (SELECT FROM kb_entities WHERE slug = $3)
       ON CONFLICT (source_slug, relation_key, target_slug)
       DO UPDATE SET weight = excluded.weight, revision = kb_edges.revision + 1, content_hash = excluded.content_hash`,
      s,
      r,
      o,
      weight,
    ),
  ),
  fc
    .tuple(slug, slug)
    .map(([s, o]) => write('DELETE FROM kb_edges WHERE source_slug = $1 AND target_slug = $2', s, o)),
  slug.map((s) => write('DELETE FROM kb_edges WHERE source_slug = $1 OR target_slug = $1', s)),
  slug.map((s) =>
    write(
      `DELETE FROM kb_entities e WHERE slug = $1
       AND NOT EXISTS (SELECT FROM kb_edges WHERE source_slug = e.slug OR target_slug = e.slug)`,
      s,
    ),
  ),
  fc
    .tuple(slug, slug)
    .map(([s, o]) =>
      write(
        `UPDATE kb_entities SET slug = $2 WHERE slug = $1 AND NOT EXISTS (SELECT FROM kb_entities WHERE slug = $2)`,
        s,
        o,
      ),
    ),
  fc.constant(write('TRUNCATE kb_edges CASCADE')),
)

/** The terms that the writes use. */
export async function writeTerms(client: Pick<ClientBase, 'query'>): Promise<void> {
  await client.query(`INSERT INTO kb_kinds (key, label) VALUES ('thing', 'Thing')`)
  await client.query(`INSERT INTO kb_relations (key, label) VALUES ('knows', 'Knows'), ('likes', 'Likes')`)
}
