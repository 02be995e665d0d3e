import type { Pool } from 'pg'
import { encodeGlobalId, type NodeType } from '../../src/domain/graph/global-id.ts'
import { domainKeys, kindKeys, relationKeys, slugPool } from './random-graph.ts'

/** Cursors of a list, with its arguments. */
export interface KnownList {
  readonly args: ReadonlyMap<string, unknown>
  readonly cursors: string[]
}

/** Existing values, so that operations find something. */
export interface KnownValues {
  readonly pools: Record<string, unknown[]>
  /** By `Type.field`, the latest. */
  readonly lists: Map<string, KnownList[]>
}

const noUuid = '00000000-0000-4000-8000-000000000000'

/** Includes drafts, so that operations ask for hidden content. */
export async function readKnownValues(pool: Pool, lists: KnownValues['lists']): Promise<KnownValues> {
  const read = async (sql: string) =>
    (await pool.query<{ value: unknown }>(`SELECT ${sql} ORDER BY 1`)).rows.map(({ value }) => value)
  const ids = async (type: NodeType, table: string) =>
    ((await read(`id::text AS value FROM ${table}`)) as string[]).map((id) => encodeGlobalId(type, id))
  const [entityIds, edgeIds, mediaIds, derivativeIds, workflowIds, stepIds, runIds, sourceIds] =
    await Promise.all([
      ids('Entity', 'kb_entities'),
      ids('GraphEdge', 'kb_edges'),
      ids('MediaObject', 'kb_media_objects'),
      ids('MediaDerivative', 'kb_media_derivatives'),
      ids('Workflow', 'kb_workflows'),
      ids('WorkflowStep', 'kb_workflow_steps'),
      ids('ProvenanceRun', 'kb_provenance_runs'),
      ids('EntitySource', 'kb_entity_sources'),
    ])
  const revisionIds = ((await read(`position::text AS value FROM kb_changes WHERE subject_type = 'Entity'`)) as string[]).map((id) => encodeGlobalId('EntityRevision', id)) // prettier-ignore
  const odd = ['', 'nonsense', encodeGlobalId('Entity', noUuid), encodeGlobalId('GraphEdge', noUuid)]
  const attributes = (await read(`attributes AS value FROM kb_entities`)) as Record<string, unknown>[]
  const moments = await read(`DISTINCT to_json(t)#>>'{}' AS value FROM (SELECT created_at AS t FROM kb_entities UNION SELECT updated_at FROM kb_edges) x`) // prettier-ignore
  const slugs = [...(await read('slug AS value FROM kb_entities UNION ALL SELECT slug FROM kb_redirects')), 'no-such-slug'] // prettier-ignore
  const pools: Record<string, unknown[]> = {
    slug: slugs,
    entityId: [...entityIds, ...entityIds, ...odd, edgeIds[0]!],
    edgeId: [...edgeIds, ...edgeIds, ...odd, entityIds[0]!],
    mediaId: [...mediaIds, ...odd],
    workflowId: [...workflowIds, ...odd],
    runId: [...runIds, ...odd],
    anyId: [
      ...[entityIds, edgeIds, sourceIds].flatMap((all) => all.slice(0, 60)),
      ...[mediaIds, derivativeIds, workflowIds, stepIds, runIds, odd].flat(),
      ...revisionIds.slice(0, 20),
    ],
    url: [...(await read('DISTINCT url AS value FROM kb_entities WHERE url IS NOT NULL')), 'https://example.org/none'], // prettier-ignore
    kind: [...kindKeys, 'no-kind'],
    domain: [...domainKeys, 'no-domain'],
    relation: [...relationKeys, 'no-relation'],
    tag: [...(await read('DISTINCT tag AS value FROM kb_entity_tags')), 'no tag', ''],
    title: [...(await read('title AS value FROM kb_entities')), ''],
    words: ['alpha', 'alhpa', 'same title', 'café', 'cafe', '日本語', 'thing -other', '"same title"', 'istanbul', 'straße', '😀', '%', 'a', 'review', 'flag', ...(await read(`DISTINCT title AS value FROM kb_entities`)).slice(0, 60)], // prettier-ignore
    moment: [...moments, '2026-01-01T00:00:00Z', '2026-01-01T01:00:00.5+01:00'],
    pointer: ['', '/a', '/b', '/code', '/area', '/names', '/a/0', '/a/b', '/ünï', '/x~1y', '/x~0y', '/', '/0', '/a/1/code', '/no/such', 'no-pointer', '/~2', '/__proto__'], // prettier-ignore
    json: [null, true, 0, 1, 'a', [], {}, [1], ...attributes.flatMap((each) => Object.values(each))],
    mediaKey: [...(await read('key AS value FROM kb_media_objects')), 'no-media'],
    mediaHash: [...(await read('DISTINCT content_hash AS value FROM kb_media_objects WHERE content_hash IS NOT NULL')), '0'.repeat(64)], // prettier-ignore
    preset: ['w160', 'w320', 'w320b', 'odd', 'none'],
    mimeType: ['image/png', 'image/webp', 'image/', 'video/mp4', 'IMAGE/PNG', ''],
    workflowSlug: [...(await read('slug AS value FROM kb_workflows')), 'no-workflow'],
    runKey: [...(await read('key AS value FROM kb_provenance_runs')), 'no-run'],
    tool: ['importer', 'editor', 'Ünï', 'edit'],
  }
  if (slugs.length < 2) pools['slug']!.push(...slugPool)
  return { pools, lists }
}
