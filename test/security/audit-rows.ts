import type { GraphQLSchema } from 'graphql'
import { encodeGlobalId } from '../../src/domain/graph/global-id.ts'
import { sha256Hex } from '../../src/domain/hash.ts'
import type { GraphApi } from '../support/graph-api.ts'
import { fieldsOf } from '../support/guarded-fields.ts'
import { verdict, type Attack, type Verdict } from './attack.ts'

type Sample = (api: GraphApi) => Promise<object> | object

const bytes = Buffer.from('%PDF-1.4 audit')
const entity = (slug: string) => ({ slug, kind: 'country', title: 'Audited' })
const create = async (
  api: GraphApi,
  name: string,
  input: object,
  fields: string,
): Promise<any> => /* eslint-disable-line @typescript-eslint/no-explicit-any */ {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}`
  const { body } = await api.askAs(
    'EDITOR',
    `mutation ($input: ${type}Input!) { ${name}(input: $input) { ... on ${type}Success { ${fields} } } }`,
    { input },
  )
  return body.data![name]
}
const newEntity = async (api: GraphApi, slug: string) => {
  await create(api, 'createEntity', entity(slug), 'entity { id }')
  return { slug }
}
const newEdge = async (api: GraphApi, slug: string): Promise<string> => {
  const source = await newEntity(api, slug)
  const { edge } = await create(
    api,
    'createEdge',
    { relation: 'knows', source, target: { slug: 'spain' } },
    'edge { id }',
  )
  return edge.id as string
}
const newUpload = async (api: GraphApi, key: string): Promise<string> => {
  const input = { key, mimeType: 'application/pdf', byteSize: bytes.length, sha256: sha256Hex(bytes) }
  const { uploadId, uploadUrl } = await create(api, 'createMediaUpload', input, 'uploadId uploadUrl')
  await fetch(api.server.url + new URL(uploadUrl as string).pathname, {
    method: 'PUT',
    headers: { 'content-type': 'application/pdf' },
    body: bytes,
  })
  return uploadId as string
}
const newMedia = async (api: GraphApi, key: string) => {
  await create(api, 'completeMediaUpload', { uploadId: await newUpload(api, key) }, 'media { id }')
  return { key }
}

const versionOf = async (api: GraphApi): Promise<number> => {
  const { rows } = await api.database.pool.query<{ version: number }>(
    'SELECT version FROM admin_content_state',
  )
  return rows[0]?.version ?? 0
}

/** A valid input for each mutation; a missing one is a finding. */
export const samples: Readonly<Record<string, Sample>> = {
  createEntity: () => entity('audit-create'),
  updateEntity: async (api) => ({ by: await newEntity(api, 'audit-update'), expectedRevision: 1, title: 'Changed' }),
  deleteEntity: async (api) => ({ by: await newEntity(api, 'audit-delete'), expectedRevision: 1 }),
  restoreEntity: async (api) => {
    const by = await newEntity(api, 'audit-restore')
    await create(api, 'updateEntity', { by, expectedRevision: 1, title: 'Second' }, 'patch')
    return { by, revision: 1, expectedRevision: 2 }
  },
  mergeEntities: async (api) => ({ into: await newEntity(api, 'audit-into'), from: [await newEntity(api, 'audit-from')] }),
  tagEntities: async (api) => ({ entities: [await newEntity(api, 'audit-tag')], add: ['audited'] }),
  createEdge: async (api) => ({ relation: 'knows', source: await newEntity(api, 'audit-edge'), target: { slug: 'spain' } }),
  updateEdge: async (api) => ({ id: await newEdge(api, 'audit-edge-2'), expectedRevision: 1, label: 'L' }),
  deleteEdge: async (api) => ({ id: await newEdge(api, 'audit-edge-3'), expectedRevision: 1 }),
  redactEntity: async (api) => ({ ...(await newEntity(api, 'audit-redact')), reason: 'audit' }),
  upsertGraph: () => ({ mode: 'APPLY', entities: [entity('audit-upsert')] }),
  createMediaUpload: () => ({ key: 'audit/upload', mimeType: 'application/pdf', byteSize: 3, sha256: 'b'.repeat(64) }),
  completeMediaUpload: async (api) => ({ uploadId: await newUpload(api, 'audit/complete') }),
  updateMedia: async (api) => ({ by: await newMedia(api, 'audit/update'), expectedRevision: 1, alt: 'A' }),
  deleteMedia: async (api) => ({ by: await newMedia(api, 'audit/delete'), expectedRevision: 1 }),
  rebuildDerivatives: () => ({ mode: 'DRY_RUN' }),
  saveWorkflow: () => ({ slug: 'audit-workflow', title: 'W', steps: [{ title: 'S' }] }),
  saveContentState: async (api) => ({ expectedVersion: await versionOf(api), change: { state: { audited: true } } }),
  restoreContentState: async (api) => {
    const expectedVersion = await versionOf(api)
    const state = { audited: expectedVersion }
    await create(api, 'saveContentState', { expectedVersion, change: { state } }, 'contentState { version }')
    await create(
      api,
      'saveContentState',
      { expectedVersion: expectedVersion + 1, change: { state: {} } },
      'contentState { version }',
    )
    return { version: expectedVersion + 1, expectedVersion: expectedVersion + 2 }
  },
  runMigration: () => ({ name: 'kb-backfill' }),
  verifyParity: () => ({ left: { backend: 'NEON' }, right: { backend: 'NEON' } }),
  checkDrift: () => ({}),
  runBackupDrill: () => ({ restore: false }),
  verifyBlobFallback: () => ({ simulateOutage: false }),
  evaluateReleaseGate: () => ({ only: ['ledger'] }),
  cancelOperation: async (api) => {
    const { rows } = await api.database.pool.query<{ id: string }>(
      `INSERT INTO admin_runs (id, kind, name, mode, status, actor, owner, hash)
       VALUES (gen_random_uuid(), 'REFRESH', 'x', 'DRY_RUN', 'RUNNING', 'audit', 'audit:1', repeat('a', 64)) RETURNING id`,
    )
    return { id: encodeGlobalId('GenericOperation', rows[0]!.id) }
  },
} // prettier-ignore

/** Runs each mutation once with a valid input; it must leave a row that names it. */
export function auditRows(schema: GraphQLSchema): Attack {
  return {
    name: 'mutations without a row of audit',
    async run({ api }) {
      const verdicts: Verdict[] = []
      for (const { name } of fieldsOf(schema.getMutationType())) {
        const sample = samples[name]
        if (sample === undefined) {
          verdicts.push(verdict(`audit of ${name}`, false, 'no sample input is known'))
          continue
        }
        const input = await sample(api)
        const type = schema.getMutationType()!.getFields()[name]!.args[0]!.type.toString()
        const { body } = await api.askAs('ADMIN', `mutation ($input: ${type}) { ${name}(input: $input) { __typename ... on UserError { message } } }`, { input })
        const { rows } = await api.database.pool.query<{ actor: string; request: boolean }>(
          `SELECT actor, request_id IS NOT NULL AS request FROM admin_audit WHERE operation = $1 AND actor = 'graphql:admin'`,
          [name],
        )
        const isRight = rows.length > 0 && rows.every(({ request }) => request)
        verdicts.push(verdict(`audit of ${name}`, isRight, isRight ? `${rows.length} row` : `no row after ${JSON.stringify(body).slice(0, 160)}`))
      }
      return verdicts
    },
  }
} // prettier-ignore
