import type { ClientBase, Pool } from 'pg'
import { withTransaction } from '../../src/database/connection/transaction.ts'
import { createDraw, type Draw } from './draw.ts'
import { jsonNames, randomJson, randomText } from './random-text.ts'

type Row = Record<string, unknown>

/** Slugs whose byte order differs from word order. */
const slugTails = ['', '-1', '.1', '/1', ':1', '_1', '0', 'a', 'z', '10', '9']
const slugHeads = ['node', 'a', 'ab', 'zebra', '0']

export const slugPool: readonly string[] = slugHeads.flatMap((head) =>
  slugTails.flatMap((tail) => [`${head}${tail}`, `${head}${tail}-x`]),
)
export const kindKeys = ['thing', 'place', 'person', 'unused-kind', 'a/kind']
export const relationKeys = ['knows', 'likes', 'borders', 'related-to', 'part.of', 'unused-relation']
export const domainKeys = ['earth', 'sky', 'sea:deep', 'unused-domain']
const moments = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000001Z', '2026-01-01T00:00:00.123456Z', '2026-06-30T23:59:59.999999Z', '1969-12-31T23:59:59.999999Z', '2000-02-29T12:00:00Z'] // prettier-ignore
const urls = ['https://example.org/one', 'https://example.org/two', 'https://example.org/ünï', 'https://example.org/%20?q=1#x'] // prettier-ignore
const weights = [null, null, 0, '-0', -1, 1, 2, 0.1, 0.2, 0.30000000000000004, 1e-7, 1e21, 2.5]
const statuses = ['PUBLISHED', 'PUBLISHED', 'PUBLISHED', 'PUBLISHED', 'DRAFT', 'ARCHIVED']

export function randomHex(draw: Draw, length: number): string {
  return Array.from({ length }, () => draw.number(16).toString(16)).join('')
}
const randomUuid = (draw: Draw) =>
  randomHex(draw, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

export async function insert(client: Pick<ClientBase, 'query'>, table: string, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return
  const columns = Object.keys(rows[0]!).join(', ')
  await client.query(
    `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb) ON CONFLICT DO NOTHING`,
    [JSON.stringify(rows)],
  )
} // prettier-ignore

export function randomEntity(draw: Draw, slug: string): Row {
  return {
    id: randomUuid(draw),
    slug,
    kind_key: draw.pick(kindKeys.filter((key) => !key.startsWith('unused'))),
    domain_key: draw.chance(0.3) ? null : draw.pick(domainKeys.filter((key) => !key.startsWith('unused'))),
    title: draw.chance(0.25) ? draw.pick(['Same title', 'same title', 'Other']) : randomText(draw),
    summary: draw.chance(0.4) ? null : randomText(draw, 6),
    url: draw.chance(0.6) ? null : draw.pick(urls),
    status: draw.pick(statuses),
    attributes: Object.fromEntries(draw.some(jsonNames, 4).map((name) => [name, randomJson(draw)])),
    weight: draw.pick(weights),
    created_at: draw.pick(moments),
    updated_at: draw.pick(moments),
    revision: 1 + draw.number(3),
    content_hash: randomHex(draw, 64),
  }
}

export function randomEdge(draw: Draw, slugs: readonly string[]): Row {
  const source = draw.pick(slugs)
  return {
    id: randomUuid(draw),
    relation_key: draw.pick(relationKeys.filter((key) => !key.startsWith('unused'))),
    source_slug: source,
    target_slug: draw.chance(0.06) ? source : draw.pick(slugs),
    label: draw.chance(0.6) ? null : randomText(draw),
    weight: draw.pick(weights),
    attributes: draw.chance(0.5) ? {} : { a: randomJson(draw), code: randomJson(draw) },
    created_at: draw.pick(moments),
    updated_at: draw.pick(moments),
    revision: 1 + draw.number(3),
    content_hash: randomHex(draw, 64),
  }
}

export function randomMedia(draw: Draw, key: string): Row {
  const isPlaced = draw.chance(0.5)
  return {
    id: randomUuid(draw),
    key,
    kind: draw.pick(['IMAGE', 'IMAGE', 'VIDEO', 'AUDIO', 'DOCUMENT', 'MODEL', 'OTHER']),
    url: draw.pick(['/media/x.png', 'https://example.org/film.mp4', '/media/ünï code.svg']),
    mime_type: draw.pick(['image/png', 'image/webp', 'video/mp4', 'text/plain; charset=utf-8']),
    byte_size: draw.pick([null, 0, 1, 9007199254740991]),
    content_hash: draw.chance(0.3) ? null : randomHex(draw, 64),
    width: draw.pick([null, 1, 640, 4000]),
    height: draw.pick([null, 1, 480, 3000]),
    duration_seconds: draw.pick([null, 0, 12.5]),
    alt: draw.pick([null, '', ' ', randomText(draw)]),
    caption: draw.pick([null, randomText(draw)]),
    credit: draw.pick([null, randomText(draw)]),
    license: draw.pick([null, 'https://example.org/licence']),
    focal_x: isPlaced ? 0.25 : null,
    focal_y: isPlaced ? 1 : null,
    thumb_hash: draw.pick([null, 'AAECAwQ=']),
    availability: draw.pick(['VERIFIED', 'UNVERIFIED', 'MISSING', 'MISMATCH']),
    availability_backends: draw.pick([[], [{ backend: 'FILE', present: true, hashMatches: null }]]),
    availability_checked_at: draw.pick([null, ...moments]),
    created_at: draw.pick(moments),
    updated_at: draw.pick(moments),
    revision: 1 + draw.number(3),
  }
}

export function randomSource(draw: Draw, subject: Row, runId: string): Row {
  return {
    id: randomUuid(draw),
    entity_id: null,
    edge_id: null,
    ...subject,
    run_id: runId,
    uri: draw.pick(['https://example.org/atlas', 'https://example.org/book', 'https://example.org/ünï']),
    title: draw.pick([null, 'Atlas', randomText(draw)]),
    retrieved_at: draw.pick([null, ...moments]),
    document_hash: draw.pick([null, randomHex(draw, 64)]),
    license: draw.pick([null, 'https://example.org/licence']),
    locator: draw.pick([null, '/0', randomText(draw)]),
    excerpt: draw.pick([null, randomText(draw)]),
    supports: draw.pick([[], ['title'], ['attributes/a', 'summary']]),
    confidence: draw.pick([null, 0, 0.5, 1]),
    rank: draw.pick(['PREFERRED', 'NORMAL', 'DEPRECATED']),
  }
}

/** Fills a database with a graph full of edge cases, reproducible by seed. */
export async function writeRandomGraph(pool: Pool, seed: number, entityCount = 110, edgeCount = 320): Promise<void> {
  const draw = createDraw(seed)
  await withTransaction(pool, 'READ COMMITTED', async (client) => {
    await writeVocabulary(client)
    const slugs = slugPool.slice(0, entityCount)
    // One in eight is isolated.
    const joined = slugs.filter(() => draw.chance(0.88))
    const entities = slugs.map((slug) => randomEntity(draw, slug))
    await insert(client, 'kb_entities', entities)
    const tags = ['red', 'green', 'Red', 'ünïcode 😀', 'שלום', '100%', 'a_b', 'zz', '\u{1D518}', ...Array.from({ length: 6 }, () => randomText(draw))]
    await insert(client, 'kb_entity_tags', entities.flatMap(({ id }) => (draw.chance(0.3) ? [] : draw.some(tags, 4)).map((tag) => ({ entity_id: id, tag }))))
    const edges = Array.from({ length: edgeCount }, () => randomEdge(draw, joined))
    await insert(client, 'kb_edges', edges)
    await writeMedia(client, draw, entities)
    await writeWorkflows(client, draw, entities)
    await writeSources(client, draw, entities)
    await insert(client, 'kb_redirects', draw.some(entities, 5).map(({ id }, at) => ({ slug: `gone-${at}`, entity_id: id, created_at: moments[0] })))
  })
  await pool.query('ANALYZE')
} // prettier-ignore

async function writeVocabulary(client: ClientBase): Promise<void> {
  await insert(client, 'kb_kinds', kindKeys.map((key, at) => ({ key, label: at === 1 ? 'Ünï 😀' : `Kind ${at}`, description: at % 2 ? null : 'Some', iri: at % 2 ? 'https://schema.org/Thing' : null, attribute_schema: at === 2 ? { type: 'object' } : null })))
  await insert(client, 'kb_relations', relationKeys.map((key, at) => ({ key, label: `label ${at}`, inverse_label: at % 2 ? `inverse ${at}` : null, description: at === 2 ? randomOrder : null, is_symmetric: key === 'borders' || key === 'related-to', iri: null, source_kinds: at === 1 ? ['thing', 'place'] : [], target_kinds: at === 1 ? ['place'] : [] })))
  await insert(client, 'kb_domains', domainKeys.map((key, at) => ({ key, label: `Domain ${at % 2}`, color: at === 0 ? '#123456' : null, position: at % 3 })))
} // prettier-ignore

const randomOrder = 'No direction carries meaning'

async function writeMedia(client: ClientBase, draw: Draw, entities: readonly Row[]): Promise<void> {
  const media = ['flag/a', 'flag/b', 'flag/a.x', 'film', 'unused', 'doc:1', 'doc_1', 'z'].map((key) => randomMedia(draw, key))
  await insert(client, 'kb_media_objects', media)
  const presets = [['w160', 160], ['w320', 320], ['w320b', 320], ['odd', null]] as const
  await insert(client, 'kb_media_derivatives', media.flatMap(({ id }) => draw.some(presets, 4).map(([preset, width]) => ({
    id: randomUuid(draw), media_id: id, preset, url: `/media/${preset}`, mime_type: draw.pick(['image/webp', 'image/png', 'image/avif']), width, height: width && width / 2,
    byte_size: draw.pick([null, 10]), content_hash: draw.pick([null, randomHex(draw, 64)]), recipe_hash: randomHex(draw, 64), is_stale: draw.chance(0.2), created_at: moments[0],
  }))))
  await insert(client, 'kb_entity_media', draw.some(entities, 40).flatMap(({ id }) => draw.some(media.filter(({ key }) => key !== 'unused'), 3).map((object, at) => ({ entity_id: id, media_id: object['id'], position: at % 2 }))))
} // prettier-ignore

async function writeWorkflows(client: ClientBase, draw: Draw, entities: readonly Row[]): Promise<void> {
  const { rows: media } = await client.query<{ id: string }>('SELECT id FROM kb_media_objects ORDER BY key')
  for (const [at, slug] of ['review', 'review-2', 'hidden', 'empty', 'old'].entries()) {
    const id = randomUuid(draw)
    await insert(client, 'kb_workflows', [{ id, slug, title: randomText(draw), summary: at % 2 ? null : randomText(draw), status: slug === 'hidden' ? 'DRAFT' : slug === 'old' ? 'ARCHIVED' : 'PUBLISHED', created_at: moments[0], updated_at: moments[1], revision: 1 }])
    if (slug === 'empty') continue
    const steps = Array.from({ length: 2 + draw.number(4) }, (_, position) => ({ id: randomUuid(draw), workflow_id: id, position: position * 2, title: randomText(draw), body: draw.pick([null, randomText(draw)]), entity_id: draw.chance(0.3) ? null : draw.pick(entities)['id'], media_id: draw.chance(0.5) ? null : draw.pick(media).id, attributes: draw.pick([{}, { a: [1, null] }]) }))
    await insert(client, 'kb_workflow_steps', steps)
    await insert(client, 'kb_workflow_step_dependencies', steps.slice(1).map((step) => ({ step_id: step.id, depends_on_id: steps[0]!.id })))
  }
} // prettier-ignore

async function writeSources(client: ClientBase, draw: Draw, entities: readonly Row[]): Promise<void> {
  const runs = ['import/1', 'import/2', 'edit', 'failed', 'unused-run'].map((key, at) => ({
    id: randomUuid(draw), key, tool: draw.pick(['importer', 'editor', 'Ünï']), tool_version: at % 2 ? null : '1.0', agent: draw.pick([null, 'robot']), git_commit: draw.pick([null, 'abc1234']),
    status: draw.pick(['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED']), started_at: draw.pick(moments.slice(0, 2)), ended_at: draw.pick([null, moments[3]]), input_hash: null, output_hash: randomHex(draw, 64), parameters: draw.pick([null, { a: [1, 'x'] }]),
  }))
  await insert(client, 'kb_provenance_runs', runs)
  const { rows: edges } = await client.query<{ id: string }>('SELECT id FROM kb_edges ORDER BY id')
  const used = runs.slice(0, 4)
  const of = (subject: Row) => randomSource(draw, subject, draw.pick(used).id)
  await insert(client, 'kb_entity_sources', Array.from({ length: 70 }, () => of({ entity_id: draw.pick(entities)['id'] })))
  await insert(client, 'kb_entity_sources', Array.from({ length: 40 }, () => of({ edge_id: draw.pick(edges).id })))
} // prettier-ignore
