import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const hash = 'a'.repeat(64)
const id = '00000000-0000-4000-8000-000000000001'
const otherId = '00000000-0000-4000-8000-000000000002'

/** One good row of each table; a test spoils one of its columns. SQL literals. */
const goodRows: Record<string, Record<string, string>> = {
  kb_kinds: { key: `'country'`, label: `'Country'`, attribute_schema: `'{}'` },
  kb_relations: { key: `'borders'`, label: `'borders'` },
  kb_domains: { key: `'europe'`, label: `'Europe'`, position: '0' },
  kb_entities: {
    ...{
      id: `'${id}'`,
      slug: `'portugal'`,
      kind_key: `'country'`,
      domain_key: `'europe'`,
      title: `'Portugal'`,
    },
    ...{ url: `'https://example.org'`, attributes: `'{}'`, position_x: '1', position_y: '2', weight: '3' },
    ...{ content_hash: `'${hash}'`, revision: '1' },
  },
  kb_entity_tags: { entity_id: `'${id}'`, tag: `'iberia'` },
  kb_edges: {
    ...{ id: `'${id}'`, relation_key: `'borders'`, source_slug: `'portugal'`, target_slug: `'portugal'` },
    ...{ attributes: `'{}'`, weight: '1', content_hash: `'${hash}'`, revision: '1' },
  },
  kb_media_objects: {
    ...{
      id: `'${id}'`,
      key: `'flag'`,
      kind: `'IMAGE'`,
      url: `'/media/flag.svg'`,
      mime_type: `'image/svg+xml'`,
    },
    ...{ byte_size: '1', content_hash: `'${hash}'`, width: '3', height: '2', duration_seconds: '1' },
    ...{ focal_x: '0.5', focal_y: '0.5', availability_backends: `'[]'`, revision: '1' },
  },
  kb_media_derivatives: {
    ...{
      media_id: `'${id}'`,
      preset: `'small'`,
      url: `'/media/small.png'`,
      mime_type: `'image/png'`,
      width: '3',
    },
    ...{ height: '2', byte_size: '1', content_hash: `'${hash}'`, recipe_hash: `'${hash}'` },
  },
  kb_entity_media: { entity_id: `'${id}'`, media_id: `'${id}'`, position: '0' },
  kb_workflows: { id: `'${id}'`, slug: `'tour'`, title: `'Tour'`, revision: '1' },
  kb_workflow_steps: {
    id: `'${id}'`,
    workflow_id: `'${id}'`,
    position: '0',
    title: `'Go'`,
    attributes: `'{}'`,
  },
  kb_workflow_step_dependencies: { step_id: `'${id}'`, depends_on_id: `'${otherId}'` },
  kb_provenance_runs: {
    ...{ id: `'${id}'`, key: `'run'`, tool: `'import'`, status: `'SUCCEEDED'`, input_hash: `'${hash}'` },
    output_hash: `'${hash}'`,
  },
  kb_entity_sources: {
    ...{ entity_id: `'${id}'`, edge_id: 'NULL', run_id: `'${id}'`, uri: `'https://example.org'` },
    ...{ document_hash: `'${hash}'`, confidence: '1' },
  },
  kb_graph_version: { id: '1' },
  kb_changes: {
    ...{
      changed_at: 'now()',
      superseded_at: `now() + interval '1 s'`,
      subject_type: `'Entity'`,
      subject_id: `'${id}'`,
    },
    ...{
      subject_key: `'portugal'`,
      operation: `'ADDED'`,
      revision: '1',
      state: `'{}'`,
      content_hash: `'${hash}'`,
    },
    ...{ was_public: 'false', is_public: 'true', created_at: 'now()', updated_at: 'now()' },
  },
  kb_redirects: { slug: `'lusitania'`, entity_id: `'${id}'` },
  admin_people: { name: `'ada'`, role: `'EDITOR'`, password_hash: `'x'`, created_by: `'me'` },
  admin_tokens: {
    ...{ name: `'ci'`, prefix: `'kb_x'`, token_hash: `'${hash}'`, role: `'EDITOR'`, created_by: `'me'` },
    ...{ created_at: 'now()', expires_at: `now() + interval '1 s'` },
  },
  admin_audit: {
    ...{
      actor: `'me'`,
      role: `'EDITOR'`,
      operation: `'x'`,
      target_type: `'Entity'`,
      target_key: `'portugal'`,
    },
    ...{ before_hash: `'${hash}'`, after_hash: `'${hash}'`, details: `'{}'` },
  },
  admin_idempotency_keys: {
    ...{ actor: `'me'`, operation: `'x'`, key: `'k'`, input_hash: `'${hash}'`, result: `'{}'` },
  },
  admin_uploads: {
    ...{ key: `'flag'`, mime_type: `'image/png'`, byte_size: '1', sha256: `'${hash}'`, created_by: `'me'` },
    expires_at: 'now()',
  },
  admin_content_state: { id: '1', version: '1', state: `'{}'`, hash: `'${hash}'` },
  admin_history: { version: '1', state: `'{}'`, hash: `'${hash}'` },
  admin_migrations: {
    ...{
      name: `'x'`,
      mode: `'APPLY'`,
      status: `'SUCCEEDED'`,
      checksum: `'${hash}'`,
      payload_hash: `'${hash}'`,
    },
    ...{ plan_hash: `'${hash}'`, result_hash: `'${hash}'`, counts: `'{}'`, actor: `'me'` },
    ...{ previous_hash: `'${hash}'`, hash: `'${hash}'` },
  },
  admin_ledger_head: { id: '1', entries: '0', hash: `'${hash}'` },
  admin_runs: {
    ...{ id: `'${id}'`, kind: `'DRIFT'`, name: `'knowledge'`, mode: `'DRY_RUN'`, status: `'RUNNING'` },
    ...{ actor: `'ada'`, parameters: `'{}'`, summary: `'{}'`, log: `'[]'`, owner: `'host:1'`, position: '1' },
    ...{ previous_hash: `'${hash}'`, hash: `'${hash}'` },
  },
  admin_sessions: { token_hash: `'${hash}'`, name: `'ada'`, role: `'EDITOR'`, expires_at: 'now()' },
  admin_environment: { id: '1', name: `'fixture'`, marked_by: `'ada'` },
}

const badKeys = [`''`, `'Upper'`, `'-first'`, `'with space'`, `'é'`, `E'line\\nfeed'`, `repeat('a', 201)`]
const badHashes = [`'abc'`, `'${'A'.repeat(64)}'`, `'${'g'.repeat(64)}'`]
const badNumbers = [`'NaN'`, `'Infinity'`, `'-Infinity'`]

/** table.column: values that must be refused. */
const badValues: Record<string, string[]> = {
  'kb_kinds.key': badKeys,
  'kb_kinds.label': [`' '`],
  'kb_kinds.attribute_schema': [`'[]'`],
  'kb_relations.key': badKeys,
  'kb_relations.label': [`''`],
  'kb_domains.key': badKeys,
  'kb_domains.label': [`''`],
  'kb_domains.position': ['-1'],
  'kb_entities.slug': badKeys,
  'kb_entities.title': [`''`, `E' \\t\\n'`, `repeat('a', 501)`],
  'kb_entities.url': [`repeat('a', 2049)`],
  'kb_entities.attributes': [`'[]'`, `'"text"'`, `'null'`],
  'kb_entities.position_x': ['NULL', ...badNumbers],
  'kb_entities.position_y': ['NULL', ...badNumbers],
  'kb_entities.weight': badNumbers,
  'kb_entities.revision': ['0'],
  'kb_entities.content_hash': badHashes,
  'kb_entity_tags.tag': [`' '`, `repeat('a', 201)`],
  'kb_edges.attributes': [`'[]'`],
  'kb_edges.weight': badNumbers,
  'kb_edges.revision': ['0'],
  'kb_edges.content_hash': badHashes,
  'kb_media_objects.key': badKeys,
  'kb_media_objects.url': [`'javascript:alert(1)'`, `'flag.svg'`],
  'kb_media_objects.byte_size': ['-1'],
  'kb_media_objects.width': ['0'],
  'kb_media_objects.height': ['0'],
  'kb_media_objects.duration_seconds': ['-1', `'NaN'`, `'Infinity'`],
  'kb_media_objects.focal_x': ['NULL', '-0.1', '1.1', `'NaN'`],
  'kb_media_objects.focal_y': ['NULL', '-0.1', '1.1', `'NaN'`],
  'kb_media_objects.availability_backends': [`'{}'`],
  'kb_media_objects.revision': ['0'],
  'kb_media_objects.content_hash': badHashes,
  'kb_media_derivatives.preset': [`''`],
  'kb_media_derivatives.url': [`'data:x'`],
  'kb_media_derivatives.byte_size': ['-1'],
  'kb_media_derivatives.width': ['0'],
  'kb_media_derivatives.height': ['0'],
  'kb_media_derivatives.content_hash': badHashes,
  'kb_media_derivatives.recipe_hash': badHashes,
  'kb_entity_media.position': ['-1'],
  'kb_workflows.slug': badKeys,
  'kb_workflows.title': [`''`],
  'kb_workflows.revision': ['0'],
  'kb_workflow_steps.position': ['-1'],
  'kb_workflow_steps.title': [`''`],
  'kb_workflow_steps.attributes': [`'[]'`],
  'kb_workflow_step_dependencies.depends_on_id': [`'${id}'`],
  'kb_provenance_runs.key': badKeys,
  'kb_provenance_runs.input_hash': badHashes,
  'kb_provenance_runs.output_hash': badHashes,
  'kb_entity_sources.entity_id': ['NULL'],
  'kb_entity_sources.edge_id': [`'${id}'`],
  'kb_entity_sources.uri': [`''`, `repeat('a', 2049)`],
  'kb_entity_sources.document_hash': badHashes,
  'kb_entity_sources.confidence': ['-0.1', '1.1', `'NaN'`],
  'kb_changes.superseded_at': ['now()'],
  'kb_changes.revision': ['0'],
  'kb_changes.operation': [`'REMOVED'`],
  'kb_changes.state': ['NULL', `'[]'`],
  'kb_changes.content_hash': badHashes,
  'kb_redirects.slug': badKeys,
  'kb_graph_version.id': ['2'],
  'admin_people.name': [...badKeys, `'admin'`],
  'admin_people.role': [`'PUBLIC'`],
  'admin_tokens.name': [`' '`, `repeat('a', 201)`],
  'admin_tokens.token_hash': badHashes,
  'admin_tokens.role': [`'PUBLIC'`],
  'admin_tokens.expires_at': ['now()'],
  'admin_audit.before_hash': badHashes,
  'admin_audit.after_hash': badHashes,
  'admin_audit.details': [`'[]'`],
  'admin_idempotency_keys.key': [`''`, `repeat('k', 201)`],
  'admin_idempotency_keys.input_hash': badHashes,
  'admin_uploads.key': badKeys,
  'admin_uploads.byte_size': ['-1'],
  'admin_uploads.sha256': badHashes,
  'admin_content_state.id': ['2'],
  'admin_content_state.version': ['0'],
  'admin_content_state.state': [`'[]'`],
  'admin_content_state.hash': badHashes,
  'admin_history.version': ['0'],
  'admin_history.state': [`'[]'`],
  'admin_history.hash': badHashes,
  'admin_migrations.counts': [`'[]'`],
  'admin_migrations.checksum': badHashes,
  'admin_migrations.payload_hash': badHashes,
  'admin_migrations.plan_hash': badHashes,
  'admin_migrations.result_hash': badHashes,
  'admin_migrations.previous_hash': badHashes,
  'admin_migrations.hash': badHashes,
  'admin_ledger_head.id': ['2'],
  'admin_ledger_head.entries': ['-1'],
  'admin_ledger_head.hash': badHashes,
  'admin_runs.parameters': [`'[]'`],
  'admin_runs.summary': [`'[]'`, `'null'`],
  'admin_runs.log': [`'{}'`],
  'admin_runs.position': ['0'],
  'admin_runs.previous_hash': badHashes,
  'admin_runs.hash': badHashes,
  'admin_sessions.token_hash': badHashes,
  'admin_environment.id': ['2'],
  'admin_environment.name': [`'staging'`, `''`],
}

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  // Checks alone are under test here, not references and uniqueness.
  const { rows } = await database.pool.query<{ drop: string }>(
    `SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop
     FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace`,
  )
  for (const row of rows) await database.pool.query(row.drop)
  await database.pool.query('ALTER TABLE admin_audit DISABLE TRIGGER USER')
  await database.pool.query('DELETE FROM admin_ledger_head; DELETE FROM kb_graph_version')
  await database.pool.query('INSERT INTO kb_graph_version (id) VALUES (1)')
})
afterAll(() => database.drop())

async function insert(table: string, row: Record<string, string>): Promise<void> {
  await database.pool.query('DELETE FROM kb_graph_version WHERE $1', [table === 'kb_graph_version'])
  const columns = Object.keys(row).join(', ')
  await database.pool.query(`INSERT INTO ${table} (${columns}) VALUES (${Object.values(row).join(', ')})`)
}

test.each(Object.entries(goodRows))('%s takes a good row', async (table, row) => {
  await insert(table, row)
  if (table !== 'kb_graph_version') await database.pool.query(`DELETE FROM ${table}`)
})

test.each(Object.entries(badValues))('%s refuses bad values', async (name, values) => {
  const [table = '', column = ''] = name.split('.')
  for (const value of values) {
    const row = { ...goodRows[table], [column]: value }
    await expect(insert(table, row), `${column} = ${value}`).rejects.toMatchObject({ code: '23514' })
  }
})

test('every check of the schema is covered above', async () => {
  const { rows } = await database.pool.query<{ columns: string[] }>(
    `SELECT array_agg(conrelid::regclass || '.' || attname) AS columns
     FROM pg_constraint JOIN unnest(conkey) AS key ON true
     JOIN pg_attribute ON attrelid = conrelid AND attnum = key
     WHERE contype = 'c' AND connamespace = 'public'::regnamespace GROUP BY pg_constraint.oid`,
  )
  expect(rows.length).toBeGreaterThan(60)
  expect(rows.filter(({ columns }) => !columns.some((column) => column in badValues))).toEqual([])
})
