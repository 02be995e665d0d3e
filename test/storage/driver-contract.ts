import { describe, expect, test } from 'vitest'
import { hashJson } from '../../src/domain/hash.ts'
import type { JsonObject } from '../../src/domain/json/value.ts'
import {
  VersionConflictError,
  type ContentDriver,
  type ContentVersion,
} from '../../src/storage/content-driver.ts'

/** A store for one test, reached by as many drivers as processes would have. */
export interface DriverUnderTest {
  /** A new driver on the same store. */
  open(): ContentDriver
  /** Backends that a save says it wrote. */
  readonly writes: readonly string[]
}

let clock = Date.parse('2026-11-22T20:00:00.000Z')

/** A version as a store would be handed it; each a moment later than the one before. */
export function makeVersion(
  version: number,
  state: JsonObject,
  more: Partial<ContentVersion> = {},
): ContentVersion {
  const createdAt = new Date((clock += 1000)).toISOString().replace('Z', '007Z')
  return {
    version,
    state,
    hash: hashJson(state),
    note: null,
    createdAt,
    createdBy: 'test',
    restoredFrom: null,
    ...more,
  }
}

/** What every driver of content states must hold. `openStore` makes an empty store; it may be called once a test. */
export function testContentDriver(name: string, openStore: () => Promise<DriverUnderTest>): void {
  describe(`the ${name} driver`, () => {
    test('is empty at first', async () => {
      const driver = (await openStore()).open()
      expect(await driver.read()).toBeNull()
      expect(await driver.readHead()).toBeNull()
      expect(await driver.readVersion(1)).toBeNull()
      expect(await driver.listVersions({ limit: 10, order: 'newest-first' })).toEqual([])
      expect(await driver.countVersions()).toBe(0)
    })

    test('returns exactly what it was given, to the microsecond', async () => {
      const store = await openStore()
      const driver = store.open()
      const state = {
        constellation: {
          nodes: [{ id: 'ä\u{1F600}', small: 5e-324, large: 1.7976931348623157e308, n: 0.1 }],
        },
        '': { 'a/b~c': [null, true, '', [], {}], 'e\u0301': 'not é' },
        ...JSON.parse('{"__proto__":{"isAdmin":true},"constructor":1}'),
      } as JsonObject
      const first = makeVersion(1, state, { note: 'first “note”\n', createdBy: 'cli:ada' })
      expect(await driver.append(first, 0)).toEqual(store.writes)
      const second = makeVersion(2, {}, { restoredFrom: 1 })
      expect(await driver.append(second, 1)).toEqual(store.writes)
      const other = store.open()
      const { state: _state, ...head } = second
      expect(await other.read()).toEqual(second)
      expect(await other.readHead()).toEqual(head)
      const found = await other.readVersion(1)
      expect(found).toEqual(first)
      expect(Object.keys(found!.state).sort()).toEqual(Object.keys(state).sort())
      expect(Object.getPrototypeOf(found!.state)).toBe(Object.prototype)
      expect(hashJson(found!.state)).toBe(first.hash)
    })

    test('keeps a complete, ordered history and pages through it from either end', async () => {
      const driver = (await openStore()).open()
      const saved: ContentVersion[] = []
      for (let version = 1; version <= 12; version++) {
        const next = makeVersion(version, { version: version % 5 })
        await driver.append(next, version - 1)
        saved.push(next)
      }
      const heads = saved.map(({ state: _state, ...head }) => head)
      const list = (page: object) => driver.listVersions({ limit: 100, order: 'oldest-first', ...page })
      expect(await list({})).toEqual(heads)
      expect(await list({ order: 'newest-first' })).toEqual(heads.toReversed())
      expect(await list({ order: 'newest-first', limit: 2 })).toEqual([heads[11], heads[10]])
      expect(await list({ order: 'newest-first', before: 3 })).toEqual([heads[1], heads[0]])
      expect(await list({ after: 10 })).toEqual([heads[10], heads[11]])
      expect(await list({ after: 3, before: 6 })).toEqual([heads[3], heads[4]])
      expect(await list({ after: 12 })).toEqual([])
      expect(await driver.countVersions()).toBe(12)
      expect(await driver.readVersion(7)).toEqual(saved[6])
      for (const absent of [0, 13, -1]) expect(await driver.readVersion(absent)).toBeNull()
    })

    test.each([0, 1, 3])(
      'rejects a save that expects version %i of two, and writes nothing',
      async (expected) => {
        const driver = (await openStore()).open()
        await driver.append(makeVersion(1, { a: 1 }), 0)
        const second = makeVersion(2, { a: 2 })
        await driver.append(second, 1)
        const refused = driver.append(makeVersion(expected + 1, { a: 'other' }), expected)
        await expect(refused).rejects.toThrow(VersionConflictError)
        await expect(refused).rejects.toMatchObject({ expectedVersion: expected, currentVersion: 2 })
        expect(await driver.read()).toEqual(second)
        expect(await driver.countVersions()).toBe(2)
      },
    )

    test('lets one of 20 concurrent savers win, twice', async () => {
      const store = await openStore()
      const savers = Array.from({ length: 20 }, () => store.open())
      for (const expected of [0, 1]) {
        const states = savers.map((_, saver) => ({ saver, expected, filling: 'x'.repeat(1000 * saver) }))
        const outcomes = await Promise.allSettled(
          savers.map((driver, saver) => driver.append(makeVersion(expected + 1, states[saver]!), expected)),
        )
        const winners = outcomes.flatMap(({ status }, saver) => (status === 'fulfilled' ? [saver] : []))
        expect(winners).toHaveLength(1)
        for (const outcome of outcomes)
          if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(VersionConflictError)
        expect((await store.open().read())?.state).toEqual(states[winners[0]!])
      }
      expect(await store.open().listVersions({ limit: 100, order: 'oldest-first' })).toMatchObject([
        { version: 1 },
        { version: 2 },
      ])
    })
  })
}
