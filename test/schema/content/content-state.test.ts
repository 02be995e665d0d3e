import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hashJson } from '../../../src/domain/hash.ts'
import { startBlobServer, type BlobServer } from '../../support/blob-server.ts'
import { startGraphApi, type GraphApi } from '../../support/graph-api.ts'

let blob: BlobServer
let folder: string
let api: GraphApi
beforeAll(async () => {
  blob = await startBlobServer()
  folder = await mkdtemp(join(tmpdir(), 'kb-api-'))
  api = await startGraphApi(undefined, undefined, {
    env: { BLOB_READ_WRITE_TOKEN: blob.token, ADMIN_FILE_PATH: join(folder, 'content.json') },
  })
})
afterAll(async () => {
  await api.stop()
  await blob.stop()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  await api.database.pool.query('TRUNCATE admin_content_state, admin_history')
  blob.blobs.clear()
})

async function ask(query: string, variables?: unknown) {
  const { body } = await api.askAs('EDITOR', query, variables)
  if (body.errors) throw new Error(JSON.stringify(body.errors))
  return body.data as any // eslint-disable-line @typescript-eslint/no-explicit-any
}

const result = `{
  __typename
  ... on SaveContentStateSuccess {
    contentState { version etag state hash backend updatedBy }
    version { id version note createdBy restoredFrom }
    writtenTo
    graphChanges { added changed removed unchanged }
  }
  ... on UserError { code message }
  ... on ValidationError { issues { pointer rule message allowed } }
  ... on ConflictError { expectedRevision currentRevision current { id ... on ContentVersion { version } } suggestedMerge }
  ... on BackendUnavailableError { storage { active order isDegraded backends { kind healthy lastError } } }
}`
const save = async (change: object, expectedVersion: number, more: object = {}) =>
  (
    await ask(`mutation ($input: SaveContentStateInput!) { saveContentState(input: $input) ${result} }`, {
      input: { change, expectedVersion, ...more },
    })
  ).saveContentState
const restore = async (version: number, expectedVersion: number) =>
  (
    await ask(
      `mutation ($input: RestoreContentStateInput!) { restoreContentState(input: $input) ${result} }`,
      {
        input: { version, expectedVersion, note: 'back' },
      },
    )
  ).restoreContentState

const first = { constellation: { nodes: [{ id: 'a' }, { id: 'b' }], edges: [] }, title: 'one' }

describe('the content state over GraphQL', () => {
  test('is empty at version 0 before the first save', async () => {
    const { admin } = await ask(
      '{ admin { contentState { version state backend updatedBy } history { totalCount nodes { id } } version(version: 1) { id } } }',
    )
    expect(admin).toEqual({
      contentState: { version: 0, state: {}, backend: 'NEON', updatedBy: null },
      history: { totalCount: 0, nodes: [] },
      version: null,
    })
  })

  test('is saved, read, compared and restored, and its versions are nodes', async () => {
    expect(await save({ state: first }, 0, { note: 'first' })).toEqual({
      __typename: 'SaveContentStateSuccess',
      contentState: {
        version: 1,
        etag: `"${hashJson(first)}"`,
        state: first,
        hash: hashJson(first),
        backend: 'NEON',
        updatedBy: 'graphql:editor',
      },
      version: {
        id: expect.any(String),
        version: 1,
        note: 'first',
        createdBy: 'graphql:editor',
        restoredFrom: null,
      },
      writtenTo: ['NEON', 'BLOB'],
      graphChanges: { added: 2, changed: 0, removed: 0, unchanged: 0 },
    })
    await save({ patch: [{ op: 'remove', path: '/constellation/nodes/1' }] }, 1)
    await save({ mergePatch: { title: 'two', extra: [1, 2] } }, 2)
    expect(await restore(1, 3)).toMatchObject({ version: { version: 4, restoredFrom: 1, note: 'back' } })

    const { admin } = await ask(`{ admin {
      contentState { version section(pointer: "/constellation/nodes/1/id") nothing: section(pointer: "/x") byteSize updatedAt }
      history(first: 2) { totalCount nodes { version } pageInfo { hasNextPage endCursor } }
      version(version: 3) { id state diff { from to patch summary { added changed removed unchanged } } }
      first: version(version: 1) { diff { from to patch } }
      diff(from: 1, to: 3) { patch }
    } }`)
    expect(admin.contentState).toEqual({
      version: 4,
      section: 'b',
      nothing: null,
      byteSize: JSON.stringify(first).length,
      updatedAt: expect.stringMatching(/^\d{4}-.*\.\d{6}Z$/),
    })
    expect(admin.history).toMatchObject({ totalCount: 4, nodes: [{ version: 4 }, { version: 3 }] })
    expect(admin.version.diff).toEqual({
      from: 2,
      to: 3,
      patch: expect.arrayContaining([
        { op: 'add', path: '/extra', value: [1, 2] },
        { op: 'replace', path: '/title', value: 'two' },
      ]),
      summary: { added: 3, changed: 1, removed: 0, unchanged: 6 },
    })
    expect(admin.first.diff).toMatchObject({ from: 0, to: 1, patch: [{ op: 'add' }, { op: 'add' }] })
    expect(admin.diff.patch).toHaveLength(3)
    const { node } = await ask(
      'query ($id: ID!) { node(id: $id) { __typename ... on ContentVersion { version state } } }',
      {
        id: admin.version.id,
      },
    )
    expect(node).toEqual({ __typename: 'ContentVersion', version: 3, state: admin.version.state })
    const { body } = await api.server.ask('query ($id: ID!) { node(id: $id) { __typename } }', {
      id: admin.version.id,
    })
    expect(body.data).toEqual({ node: null })
  })

  test('pages its history from either end', async () => {
    for (let version = 1; version <= 5; version++) await save({ state: { version } }, version - 1)
    const page = async (args: string) => {
      const { admin } = await ask(
        `{ admin { history(${args}) { nodes { version } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`,
      )
      const { nodes, pageInfo } = admin.history
      return { versions: nodes.map(({ version }: { version: number }) => version), ...pageInfo }
    }
    const start = await page('first: 2')
    expect(start).toMatchObject({ versions: [5, 4], hasNextPage: true, hasPreviousPage: false })
    const next = await page(`first: 2, after: "${start.endCursor}"`)
    expect(next).toMatchObject({ versions: [3, 2], hasNextPage: true, hasPreviousPage: true })
    expect(await page(`first: 2, after: "${next.endCursor}"`)).toMatchObject({
      versions: [1],
      hasNextPage: false,
    })
    expect(await page('last: 2')).toMatchObject({ versions: [2, 1], hasPreviousPage: true })
    expect(await page(`last: 2, before: "${next.startCursor}"`)).toMatchObject({ versions: [5, 4] })
  })

  test('supports dry runs, and saving it unchanged adds no version', async () => {
    const tried = await save({ state: first }, 0, { dryRun: true })
    expect(tried).toMatchObject({
      contentState: { version: 1 },
      version: null,
      writtenTo: [],
      graphChanges: { added: 2 },
    })
    await save({ state: first }, 0)
    expect(await save({ state: first }, 1)).toMatchObject({
      contentState: { version: 1 },
      version: null,
      writtenTo: [],
    })
    expect((await ask('{ admin { history { totalCount } } }')).admin.history.totalCount).toBe(1)
  })

  test('is rejected with every problem located in the input', async () => {
    const state = { a: { 'b/c': 1e16, d: Number.MIN_VALUE }, constellation: { nodes: [1], edges: {} } }
    expect(await save({ state }, 0)).toMatchObject({
      __typename: 'ValidationError',
      code: 'INVALID',
      issues: [{ pointer: '/change/state/constellation/nodes/0', rule: 'constellation.item' }],
    })
    expect(await save({ patch: [{ op: 'remove', path: '/x' }] }, 0)).toMatchObject({
      issues: [{ pointer: '/change/patch/0/path', rule: 'patch.applies' }],
    })
    expect(await restore(7, 0)).toMatchObject({ issues: [{ pointer: '/version' }] })
    const { admin } = await ask(
      'query ($state: JSON!) { admin { validate(state: $state) { isValid issues { pointer rule } } } }',
      {
        state: { constellation: { nodes: [{ id: 'a' }], edges: [{ source: 'a', target: 'ghost' }] } },
      },
    )
    expect(admin.validate).toEqual({
      isValid: true,
      issues: [{ pointer: '/constellation/edges/0', rule: 'backfill.refused' }],
    })
  })

  test('returns the current state to the second writer, with a merge if nothing clashes', async () => {
    await save({ state: first }, 0)
    await save({ patch: [{ op: 'add', path: '/constellation/nodes/0/title', value: 'A' }] }, 1)
    const yours = [
      { op: 'add', path: '/constellation/nodes/1/title', value: 'B' },
      { op: 'add', path: '/constellation/nodes/-', value: { id: 'c' } },
    ]
    const conflict = await save({ patch: yours }, 1)
    expect(conflict).toMatchObject({
      __typename: 'ConflictError',
      code: 'CONFLICT',
      expectedRevision: 1,
      currentRevision: 2,
      current: { version: 2 },
      suggestedMerge: {
        title: 'one',
        constellation: { nodes: [{ id: 'a', title: 'A' }, { id: 'b', title: 'B' }, { id: 'c' }] },
      },
    })
    expect(await save({ state: conflict.suggestedMerge }, 2)).toMatchObject({ contentState: { version: 3 } })
    const clash = await save({ mergePatch: { constellation: { nodes: [] } } }, 1)
    expect(clash).toMatchObject({ __typename: 'ConflictError', currentRevision: 3, suggestedMerge: null })
  })

  test('reports a backend outage in the result, not in errors, and writes nothing', async () => {
    const other = await startGraphApi(undefined, undefined, {
      env: { ...blob.env, ADMIN_STORAGE_BACKEND: 'blob', ADMIN_FILE_PATH: join(folder, 'other.json') },
    })
    try {
      const mutation = (expected: number) =>
        other.askAs(
          'EDITOR',
          `mutation { saveContentState(input: { expectedVersion: ${expected}, change: { state: { a: ${expected} } } }) ${result} }`,
        )
      expect((await mutation(0)).body.data).toMatchObject({
        saveContentState: { writtenTo: ['BLOB', 'FILE'] },
      })
      blob.faults.outage = 'cut'
      const read = await other.askAs('EDITOR', '{ admin { contentState { version state backend } } }')
      expect(read.body.data).toEqual({
        admin: { contentState: { version: 1, state: { a: 0 }, backend: 'FILE' } },
      })
      expect((await mutation(1)).body.data).toMatchObject({
        saveContentState: {
          __typename: 'BackendUnavailableError',
          code: 'BACKEND_UNAVAILABLE',
          storage: {
            active: 'BLOB',
            isDegraded: true,
            backends: [
              { kind: 'NEON', healthy: true },
              { kind: 'BLOB', healthy: false },
              { kind: 'FILE', healthy: true },
            ],
          },
        },
      })
      blob.faults.outage = null
      const after = await other.askAs(
        'EDITOR',
        '{ admin { history { totalCount } contentState { backend } } }',
      )
      expect(after.body.data).toEqual({
        admin: { history: { totalCount: 1 }, contentState: { backend: 'BLOB' } },
      })
    } finally {
      blob.faults.outage = null
      await other.stop()
    }
  })

  test('can be read and saved by editors only', async () => {
    const document = '{ admin { contentState { version } } }'
    expect((await api.server.ask(document)).body).toMatchObject({
      data: { admin: null },
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    })
    expect((await api.askAs('PUBLIC', document)).body.errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ])
    const mutation = `mutation { saveContentState(input: { expectedVersion: 0, change: { state: {} } }) ${result} }`
    expect((await api.server.ask(mutation)).body).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    })
    expect((await api.askAs('PUBLIC', mutation)).body.data).toMatchObject({
      saveContentState: { __typename: 'ForbiddenError' },
    })
    expect((await ask('{ admin { history { totalCount } } }')).admin.history.totalCount).toBe(0)
  })

  test('ops.storage reports the status of each backend', async () => {
    await save({ state: first }, 0)
    const { body } = await api.askAs(
      'OPERATOR',
      '{ ops { storage { active order isDegraded backends { kind configured healthy contentVersion hash lastError } } } }',
    )
    const hash = hashJson(first)
    expect(body.data).toEqual({
      ops: {
        storage: {
          active: 'NEON',
          order: ['NEON', 'BLOB'],
          isDegraded: false,
          backends: [
            { kind: 'NEON', configured: true, healthy: true, contentVersion: 1, hash, lastError: null },
            { kind: 'BLOB', configured: true, healthy: true, contentVersion: 1, hash, lastError: null },
            {
              kind: 'FILE',
              configured: true,
              healthy: true,
              contentVersion: null,
              hash: null,
              lastError: null,
            },
          ],
        },
      },
    })
  })
})
