import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { withTransaction } from '../../src/database/connection/transaction.ts'
import { InvalidContentError } from '../../src/domain/constellation/content-issue.ts'
import { hashJson } from '../../src/domain/hash.ts'
import type { JsonValue } from '../../src/domain/json/value.ts'
import { maximumStateSize } from '../../src/domain/constellation/validate-content.ts'
import { StorageUnavailableError, VersionConflictError } from '../../src/storage/content-driver.ts'
import { createContentStore, reviewContent, type ContentChange } from '../../src/storage/content-store.ts'
import { createNeonDriver, createNeonDriverWithin } from '../../src/storage/drivers/neon.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
beforeEach(() => database.pool.query('TRUNCATE admin_content_state, admin_history'))

const now = () => new Date('2026-11-22T20:00:00.123Z')
const store = () => createContentStore(createNeonDriver(database.pool), now)
const save = (change: ContentChange, expectedVersion: number, more = {}) =>
  store().save({ change, expectedVersion, actor: 'ada', ...more })
const history = async () =>
  (await database.pool.query('SELECT version, restored_from FROM admin_history ORDER BY version')).rows

async function issuesOf(saving: Promise<unknown>) {
  const error: unknown = await saving.catch((thrown: unknown) => thrown)
  if (!(error instanceof InvalidContentError)) throw new Error(`not refused: ${JSON.stringify(error)}`)
  return error.issues.map(({ pointer, rule }) => `${rule} ${pointer}`)
}

describe('saving', () => {
  test('creates versions from states, patches and merge patches, but none without a change', async () => {
    const state = { constellation: { nodes: [{ id: 'Köln' }, { id: 'rhine' }], edges: [] }, theme: 'dark' }
    const first = await save({ state }, 0, { note: 'first' })
    expect(first).toMatchObject({
      isNew: true,
      writtenTo: ['neon'],
      graphChanges: { added: 2, unchanged: 0 },
    })
    expect(first.contentState).toEqual({
      version: 1,
      state,
      hash: hashJson(state),
      note: 'first',
      createdAt: '2026-11-22T20:00:00.123000Z',
      createdBy: 'ada',
      restoredFrom: null,
    })
    const again = await save({ state: { theme: 'dark', constellation: state.constellation } }, 1)
    expect(again).toMatchObject({ isNew: false, writtenTo: [], contentState: { version: 1, note: 'first' } })
    const patched = await save(
      { patch: [{ op: 'add', path: '/constellation/edges/-', value: { source: 'Köln', target: 'rhine' } }] },
      1,
    )
    expect(patched).toMatchObject({ contentState: { version: 2 }, graphChanges: { added: 1, unchanged: 2 } })
    const merged = await save(
      { mergePatch: { theme: null, constellation: { nodes: [{ id: 'Köln', title: 'x' }] } } },
      2,
    )
    expect(merged.contentState.state).toEqual({
      constellation: { nodes: [{ id: 'Köln', title: 'x' }], edges: [{ source: 'Köln', target: 'rhine' }] },
    })
    expect(merged.graphChanges).toEqual({ added: 0, changed: 1, removed: 2, unchanged: 0 })
    expect(await history()).toHaveLength(3)
  })

  test('has a dry run', async () => {
    const tried = await save({ state: { a: 1 } }, 0, { dryRun: true })
    expect(tried).toMatchObject({ isNew: true, writtenTo: [], contentState: { version: 1 } })
    expect(await history()).toEqual([])
    await expect(save({ state: { a: 1 } }, 1, { dryRun: true })).rejects.toThrow(VersionConflictError)
  })

  test('is refused after a concurrent save, whatever the change', async () => {
    await save({ state: { a: 1 } }, 0)
    await expect(save({ state: { a: 1 } }, 0)).rejects.toMatchObject({
      expectedVersion: 0,
      currentVersion: 1,
    })
    await expect(save({ mergePatch: { a: 2 } }, 7)).rejects.toMatchObject({ currentVersion: 1 })
  })

  test('lists every problem with its pointer and writes nothing', async () => {
    const constellation = { nodes: { a: 1 }, edges: 'none', domains: [{ key: 'a' }, 7], links: null }
    expect(
      await issuesOf(
        save(
          {
            state: {
              'a/b': 'x\0',
              deep: [{ '\udc00': 1 }, 2 ** 53, -1e300, Infinity],
              constellation,
            } as never,
          },
          5,
          {
            note: '\ud800',
          },
        ),
      ),
    ).toEqual([
      'text.nul /change/state/a~1b',
      'text.surrogate /change/state/deep/0/\udc00',
      'number.finite /change/state/deep/3',
      'constellation.item /change/state/constellation/nodes/a',
      'constellation.list /change/state/constellation/edges',
      'constellation.item /change/state/constellation/domains/1',
      'text.surrogate /note',
    ])
    for (const state of [[], null, 'x', 1] as JsonValue[])
      expect(await issuesOf(save({ state }, 0))).toEqual(['state.object /change/state'])
    expect(await issuesOf(save({ state: { constellation: [] } }, 0))).toEqual([
      'constellation.object /change/state/constellation',
    ])
    const deep = (levels: number) =>
      JSON.parse('{"a":'.repeat(levels) + '1' + '}'.repeat(levels)) as JsonValue
    expect(await issuesOf(save({ state: deep(101) }, 0))).toEqual([
      `json.depth /change/state${'/a'.repeat(100)}`,
    ])
    const large = { text: 'x'.repeat(maximumStateSize) }
    expect(await issuesOf(save({ state: large }, 0))).toEqual(['state.size /change/state'])
    expect(await history()).toEqual([])
    await save({ state: deep(100) }, 0)
    await save({ state: { text: 'x'.repeat(maximumStateSize - 11) } }, 1)
  })

  test('locates patch problems in the patch', async () => {
    await save({ state: { a: [1], constellation: { nodes: [] } } }, 0)
    expect(await issuesOf(save({ patch: [{ op: 'add', path: '/b', value: ['\0'] }] }, 1))).toEqual([
      'text.nul /change/patch/0/value/0',
    ])
    expect(await issuesOf(save({ patch: [{ op: 'test', path: '/a', value: [2] }] }, 1))).toEqual([
      'patch.applies /change/patch/0/value',
    ])
    expect(await issuesOf(save({ patch: [{ op: 'replace', path: '', value: [] }] }, 1))).toEqual([
      'state.object /change/patch',
    ])
    expect(await issuesOf(save({ mergePatch: { constellation: { nodes: 5 } } }, 1))).toEqual([
      'constellation.list /change/mergePatch/constellation/nodes',
    ])
    expect(await issuesOf(save({ mergePatch: 'x' }, 1))).toEqual(['state.object /change/mergePatch'])
    expect(await history()).toHaveLength(1)
  })

  test('joins a transaction of the caller and is rolled back with it', async () => {
    const rolledBack = withTransaction(database.pool, 'READ COMMITTED', async (client) => {
      const within = createContentStore(createNeonDriverWithin(client), now)
      await within.save({ change: { state: { a: 1 } }, expectedVersion: 0, actor: 'ada' })
      expect(await createNeonDriverWithin(client).countVersions()).toBe(1)
      throw new Error('later')
    })
    await expect(rolledBack).rejects.toThrow('later')
    expect(await createNeonDriver(database.pool).read()).toBeNull()
  })
})

describe('restoring', () => {
  test('saves an old state as a new version and never shortens the history', async () => {
    await save({ state: { constellation: { nodes: [{ id: 'a' }] } } }, 0)
    await save({ state: {} }, 1)
    const restored = await store().restore({ version: 1, expectedVersion: 2, actor: 'bob', note: 'back' })
    expect(restored).toMatchObject({
      isNew: true,
      contentState: { version: 3, restoredFrom: 1, note: 'back', createdBy: 'bob' },
      graphChanges: { added: 1 },
    })
    expect(await history()).toEqual([
      { version: 1, restored_from: null },
      { version: 2, restored_from: null },
      { version: 3, restored_from: 1 },
    ])
    const restore = (version: number, expectedVersion: number) =>
      store().restore({ version, expectedVersion, actor: 'bob' })
    expect(await restore(3, 3)).toMatchObject({ isNew: false })
    await expect(restore(1, 2)).rejects.toThrow(VersionConflictError)
    expect(await issuesOf(restore(9, 3))).toEqual(['version.known /version'])
    expect(await history()).toHaveLength(3)
  })

  test('shows what changed between two versions', async () => {
    await save({ state: { a: 1, b: [1, 2] } }, 0)
    await save({ state: { a: 2, b: [2] } }, 1)
    expect(await store().diff(1, 2)).toEqual({
      patch: [
        { op: 'replace', path: '/a', value: 2 },
        { op: 'remove', path: '/b/0' },
      ],
      summary: { added: 0, changed: 1, removed: 1, unchanged: 3 },
    })
    expect(await store().diff(1, 9)).toBeNull()
  })
})

describe('reviewing', () => {
  test('warns about what the backfill would skip without blocking the save', () => {
    const state = { constellation: { nodes: [{ id: 'a' }], edges: [{ source: 'a', target: 'ghost' }] } }
    expect(reviewContent(state)).toMatchObject({
      isValid: true,
      issues: [{ pointer: '/constellation/edges/0', rule: 'backfill.refused' }],
    })
    expect(reviewContent({ constellation: 1 })).toMatchObject({
      isValid: false,
      issues: [{ rule: 'constellation.object' }],
    })
    expect(reviewContent({ title: 'fine' })).toEqual({ isValid: true, issues: [] })
  })
})

describe('a row that was edited directly', () => {
  test('is detected by its hash, or by numbers that JavaScript would change', async () => {
    await save({ state: { a: 1, id: 5 } }, 0)
    const driver = createNeonDriver(database.pool)
    await database.pool.query(`UPDATE admin_content_state SET state = jsonb_set(state, '{a}', '2')`)
    const changed = await driver.read()
    expect(changed).toMatchObject({ state: { a: 2 }, hash: hashJson({ a: 2, id: 5 }) })
    expect((await driver.readHead())?.hash).not.toBe(changed?.hash)
    await database.pool.query(
      `UPDATE admin_content_state SET state = jsonb_set(state, '{id}', '9007199254740993')`,
    )
    await expect(driver.read()).rejects.toThrow(StorageUnavailableError)
    await expect(driver.read()).rejects.toThrow('(at /id)')
  })
})
