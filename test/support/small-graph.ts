import type { ClientBase, Pool } from 'pg'
import { withTransaction } from '../../src/database/connection/transaction.ts'

/** One entity of the small graph; what is left out has a plain default. */
export interface SmallEntity {
  slug: string
  kind: string
  title: string
  domain?: string
  summary?: string
  url?: string
  status?: 'DRAFT' | 'PUBLISHED' | 'ARCHIVED'
  tags?: string[]
  attributes?: Record<string, unknown>
  weight?: number
  createdAt?: string
}
export interface SmallEdge {
  relation: string
  source: string
  target: string
  weight?: number
  attributes?: Record<string, unknown>
}

/** A word that stands in everything that is not published, so that a leak can be seen in any answer. */
export const secret = 'zanzibarsecret'

export const smallEntities: readonly SmallEntity[] = [
  {
    slug: 'portugal',
    kind: 'country',
    title: 'Portugal',
    domain: 'geography',
    summary: 'A land at the ocean',
    url: 'https://example.org/pt',
    tags: ['coast', 'eu'],
    attributes: { area: 92090, code: 'PT', names: { native: 'Portugal' } },
    weight: 3,
  },
  {
    slug: 'spain',
    kind: 'country',
    title: 'Spain',
    domain: 'geography',
    summary: 'A land of plains',
    tags: ['coast', 'eu'],
    attributes: { area: 505992, code: 'ES', names: { native: 'España' } },
    weight: 5,
  },
  {
    slug: 'france',
    kind: 'country',
    title: 'France',
    domain: 'geography',
    tags: ['coast', 'eu'],
    attributes: { area: 551695, code: 'FR' },
    weight: 5,
  },
  {
    slug: 'andorra',
    kind: 'country',
    title: 'andorra',
    domain: 'geography',
    tags: ['landlocked'],
    attributes: { area: 468, code: 'AD' },
  },
  {
    slug: 'aland',
    kind: 'country',
    title: 'Åland',
    tags: ['island'],
    attributes: { area: 1580, code: null },
  },
  {
    slug: 'portuguese',
    kind: 'language',
    title: 'Portuguese',
    domain: 'languages',
    summary: 'Spoken 100% at_home',
    tags: [],
  },
  { slug: 'spanish', kind: 'language', title: 'Spanish', domain: 'languages' },
  { slug: 'moskva', kind: 'city', title: 'Москва', summary: 'Столица России' },
  {
    slug: 'draftland',
    kind: 'country',
    title: `${secret} land`,
    domain: 'geography',
    summary: secret,
    url: `https://example.org/${secret}`,
    status: 'DRAFT',
    tags: [secret, 'coast'],
    attributes: { code: secret },
    weight: 9,
  },
  { slug: 'archiveland', kind: 'country', title: `${secret} old`, status: 'ARCHIVED', tags: [secret] },
]
export const smallEdges: readonly SmallEdge[] = [
  { relation: 'borders', source: 'portugal', target: 'spain', weight: 1214 },
  { relation: 'borders', source: 'france', target: 'spain', weight: 646 },
  { relation: 'borders', source: 'andorra', target: 'france' },
  { relation: 'borders', source: 'andorra', target: 'spain' },
  { relation: 'speaks', source: 'portugal', target: 'portuguese', attributes: { official: true } },
  { relation: 'speaks', source: 'spain', target: 'spanish' },
  { relation: 'speaks', source: 'andorra', target: 'spanish' },
  { relation: 'knows', source: 'spain', target: 'spain' },
  { relation: 'knows', source: 'spain', target: 'portugal' },
  { relation: 'knows', source: 'portugal', target: 'spain' },
  { relation: 'borders', source: 'draftland', target: 'portugal', attributes: { note: secret } },
  { relation: 'speaks', source: 'archiveland', target: 'portuguese' },
]

const hash = 'a'.repeat(64)

/** Fill a test's database with the small graph: countries, a draft, an archived one, media, workflows and sources. */
export async function writeSmallGraph(pool: Pool): Promise<void> {
  // In one go, so that an entity and its tags are one change.
  await withTransaction(pool, 'READ COMMITTED', writeRows)
}

async function writeRows(client: ClientBase): Promise<void> {
  await client.query(
    `INSERT INTO kb_kinds (key, label) VALUES ('country', 'Country'), ('language', 'Language'), ('city', 'City')`,
  )
  await client.query(
    `INSERT INTO kb_relations (key, label, inverse_label, is_symmetric) VALUES ('borders', 'borders', NULL, true), ('speaks', 'speaks', 'spoken in', false), ('knows', 'knows', 'known by', false)`,
  )
  await client.query(
    `INSERT INTO kb_domains (key, label, color) VALUES ('geography', 'Geography', '#123456'), ('languages', 'Languages', NULL)`,
  )
  for (const {
    slug,
    kind,
    title,
    domain,
    summary,
    url,
    status,
    tags,
    attributes,
    weight,
    createdAt,
  } of smallEntities) {
    await client.query(
      `INSERT INTO kb_entities (slug, kind_key, title, domain_key, summary, url, status, attributes, weight, created_at, content_hash) VALUES ($1, $2, $3, $4, $5, $6, $7::kb_publication_status, $8, $9, coalesce($10::timestamptz, now()), $11)`,
      [
        slug,
        kind,
        title,
        domain,
        summary,
        url,
        status ?? 'PUBLISHED',
        attributes ?? {},
        weight,
        createdAt,
        hash,
      ],
    )
    for (const tag of tags ?? [])
      await client.query(`INSERT INTO kb_entity_tags SELECT id, $2 FROM kb_entities WHERE slug = $1`, [
        slug,
        tag,
      ])
  }
  for (const { relation, source, target, weight, attributes } of smallEdges)
    await client.query(
      `INSERT INTO kb_edges (relation_key, source_slug, target_slug, weight, attributes, content_hash) VALUES ($1, $2, $3, $4, $5, $6)`,
      [relation, source, target, weight, attributes ?? {}, hash],
    )
  await client.query(
    `INSERT INTO kb_media_objects (key, kind, url, mime_type, width, height, alt, caption, content_hash) VALUES ('flag/pt', 'IMAGE', '/media/pt.svg', 'image/svg+xml', 600, 400, 'Flag of Portugal', NULL, $1), ('film/unused', 'VIDEO', 'https://example.org/film.mp4', 'video/mp4', NULL, NULL, NULL, $2, NULL)`,
    [hash, secret],
  )
  await client.query(
    `INSERT INTO kb_media_derivatives (media_id, preset, url, mime_type, width, height, recipe_hash, is_stale) SELECT m.id, p.preset, '/media/' || p.preset, p.mime, p.w, p.h, $1, p.stale FROM kb_media_objects m, (VALUES ('w160', 'image/webp', 160, 107, false), ('w320', 'image/webp', 320, 213, false), ('w320-png', 'image/png', 320, 213, false), ('w20', 'image/webp', 20, 13, true)) p(preset, mime, w, h, stale) WHERE m.key = 'flag/pt'`,
    [hash],
  )
  await client.query(
    `INSERT INTO kb_entity_media (entity_id, media_id) SELECT e.id, m.id FROM kb_entities e, kb_media_objects m WHERE m.key = 'flag/pt' AND e.slug IN ('portugal', 'draftland') UNION ALL SELECT e.id, m.id FROM kb_entities e, kb_media_objects m WHERE m.key = 'film/unused' AND e.slug = 'draftland'`,
  )
  await client.query(
    `INSERT INTO kb_workflows (slug, title, summary, status) VALUES ('review', 'Review a country', 'Step by step', 'PUBLISHED'), ('hidden', $1, $1, 'DRAFT')`,
    [`${secret} workflow`],
  )
  await client.query(
    `INSERT INTO kb_workflow_steps (workflow_id, position, title, entity_id, media_id) SELECT w.id, s.position, s.title, e.id, m.id FROM (VALUES ('review', 1, 'Read', 'portugal', 'flag/pt'), ('review', 2, 'Compare', 'spain', NULL), ('review', 3, 'Publish', 'draftland', NULL), ('hidden', 1, '${secret} step', 'portugal', NULL)) s(workflow, position, title, entity, media) JOIN kb_workflows w ON w.slug = s.workflow LEFT JOIN kb_entities e ON e.slug = s.entity LEFT JOIN kb_media_objects m ON m.key = s.media`,
  )
  await client.query(
    `INSERT INTO kb_workflow_step_dependencies SELECT b.id, a.id FROM kb_workflow_steps a JOIN kb_workflow_steps b ON b.workflow_id = a.workflow_id AND b.position = a.position + 1`,
  )
  await client.query(
    `INSERT INTO kb_provenance_runs (key, tool, tool_version, agent, status, started_at, ended_at) VALUES ('import/1', 'importer', '1.0', 'robot', 'SUCCEEDED', '2026-01-01T00:00:00.123456Z', '2026-01-01T00:01:00Z'), ('edit/2', 'editor', NULL, 'ana', 'RUNNING', '2026-02-01T00:00:00Z', NULL), ('edit/${secret}', '${secret}', NULL, '${secret}', 'SUCCEEDED', '2026-03-01T00:00:00Z', NULL)`,
  )
  await client.query(
    `INSERT INTO kb_entity_sources (entity_id, run_id, uri, title, license, locator, confidence, rank) SELECT e.id, r.id, s.uri, s.title, s.license, '/0', 0.9, 'PREFERRED' FROM (VALUES ('portugal', 'https://example.org/atlas', 'Atlas', 'https://example.org/licence'), ('spain', 'https://example.org/atlas', 'Atlas', NULL), ('portugal', 'https://example.org/book', 'Book', NULL), ('draftland', 'https://example.org/${secret}', '${secret}', NULL)) s(slug, uri, title, license) JOIN kb_entities e USING (slug) JOIN kb_provenance_runs r ON r.key = 'import/1'`,
  )
  await client.query(
    `INSERT INTO kb_entity_sources (entity_id, run_id, uri) SELECT e.id, r.id, 'https://example.org/${secret}/2' FROM kb_entities e, kb_provenance_runs r WHERE e.slug = 'draftland' AND r.key = 'edit/${secret}'`,
  )
  await client.query(
    `INSERT INTO kb_entity_sources (edge_id, run_id, uri) SELECT d.id, r.id, CASE WHEN d.source_slug = 'draftland' THEN 'https://example.org/${secret}' ELSE 'https://example.org/treaty' END FROM kb_edges d, kb_provenance_runs r WHERE r.key = 'edit/2' AND d.relation_key = 'borders' AND d.source_slug IN ('portugal', 'draftland')`,
  )
}
