import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createToken, revokeToken } from '../../../src/ops/access/api-tokens.ts'
import { changePerson } from '../../../src/ops/access/people.ts'
import { createContentStore } from '../../../src/storage/content-store.ts'
import { createOpsContext } from '../../support/ops-context.ts'
import { startGraphApi, type GraphApi } from '../../support/graph-api.ts'
import { followEvents, type Following } from '../../support/sse.ts'

interface Told {
  data: {
    graphChanged: {
      cursor: string
      node: { operation: string; subjectKey: string; patch: unknown; subject: { id: string } | null }
    } | null
  }
  errors?: { extensions: { code: string } }[]
}

const subscription = `subscription ($after: String, $types: [String!], $where: EntityFilter) {
  graphChanged(after: $after, types: $types, where: $where) { cursor node { operation subjectKey patch changedBy subject { id } } } }`

for (const pollMs of [null, 100])
  describe(pollMs === null ? 'changes, listened to' : 'changes, asked for', () => {
    let api: GraphApi
    const open: Following<Told>[] = []
    beforeAll(async () => {
      api = await startGraphApi(undefined, undefined, {
        env: pollMs === null ? {} : { KB_CHANGE_POLL_MS: String(pollMs) },
      })
    })
    afterAll(() => api.stop())
    afterEach(() => open.splice(0).forEach((one) => one.close()))

    const write = (text: string) => api.database.pool.query(text)
    const follow = async (variables: object = {}, headers = {}) => {
      const one = await followEvents<Told>(api.server.url, subscription, variables, headers)
      open.push(one)
      return one
    }
    const keyOf = ({ data }: Told) =>
      `${data.graphChanged!.node.operation} ${data.graphChanged!.node.subjectKey}`
    let count = 0
    const addEntity = async (status = 'PUBLISHED') => {
      const slug = `new-${pollMs}-${++count}`
      await write(`INSERT INTO kb_entities (slug, kind_key, title, status, content_hash)
        SELECT '${slug}', kind_key, 'New', '${status}', repeat('0', 64) FROM kb_entities LIMIT 1`)
      return slug
    }
    /** The subscription is active once its response has started. */
    const settle = () => new Promise((resolve) => setTimeout(resolve, 300))

    test('arrive on commit, in order, with their patches', async () => {
      const following = await follow()
      await settle()
      const slug = await addEntity()
      await write(
        `UPDATE kb_entities SET title = 'Newer', revision = 2, content_hash = repeat('1', 64) WHERE slug = '${slug}'`,
      )
      expect(keyOf(await following.next())).toBe(`ADDED ${slug}`)
      const changed = await following.next()
      await write(`DELETE FROM kb_entities WHERE slug = '${slug}'`)
      expect(changed.data.graphChanged!.node).toMatchObject({
        operation: 'CHANGED',
        patch: [{ op: 'replace', path: '/title', value: 'Newer' }],
        changedBy: null,
      })
      expect(keyOf(await following.next())).toBe(`REMOVED ${slug}`)
    })

    test('resume after a cursor with the missed events first, without duplicates', async () => {
      const first = await follow()
      await settle()
      await addEntity()
      const { cursor } = (await first.next()).data.graphChanged!
      first.close()
      const missed = [await addEntity(), await addEntity()]
      const second = await follow({ after: cursor })
      const later = await addEntity()
      for (const slug of [...missed, later]) expect(keyOf(await second.next())).toBe(`ADDED ${slug}`)
    })

    test('are filtered as the client asked', async () => {
      const wanted = `new-${pollMs}-${count + 2}`
      const filtered = await follow({ where: { slug: { eq: wanted } } })
      const edges = await follow({ types: ['GraphEdge'] })
      await settle()
      const [other, slug] = [await addEntity(), await addEntity()]
      expect(keyOf(await filtered.next())).toBe(`ADDED ${slug}`)
      await write(`INSERT INTO kb_edges (source_slug, relation_key, target_slug, content_hash)
        SELECT '${other}', key, '${slug}', repeat('2', 64) FROM kb_relations WHERE NOT is_symmetric LIMIT 1`)
      expect(keyOf(await edges.next())).toMatch(new RegExp(`^ADDED ${other}\\|.*\\|${slug}$`))
      expect(keyOf(await filtered.next())).toMatch(/^ADDED .*\|/)
      // What leaves the filter is reported, or a follower would keep it.
      await write(`DELETE FROM kb_edges WHERE source_slug = '${other}'`)
      await write(
        `UPDATE kb_entities SET status = 'DRAFT', revision = 2, content_hash = repeat('3', 64) WHERE slug = '${slug}'`,
      )
      expect(keyOf(await filtered.next())).toMatch(/^REMOVED .*\|/)
      expect(keyOf(await filtered.next())).toBe(`REMOVED ${slug}`)
    })

    test('of drafts reach editors only', async () => {
      const editor = await follow({}, { cookie: await api.cookieOf('EDITOR') })
      const anybody = await follow()
      await settle()
      const draft = await addEntity('DRAFT')
      const shown = await addEntity()
      expect(keyOf(await editor.next())).toBe(`ADDED ${draft}`)
      expect(keyOf(await editor.next())).toBe(`ADDED ${shown}`)
      expect(keyOf(await anybody.next())).toBe(`ADDED ${shown}`)
    })

    test('resume after the database broke every connection', async () => {
      const following = await follow()
      await settle()
      await write(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()`)
      const slug = await addEntity()
      expect(keyOf(await following.next(10_000))).toBe(`ADDED ${slug}`)
    })
  })

describe('a subscription', () => {
  let api: GraphApi
  beforeEach(async () => {
    api = await startGraphApi()
  })
  afterEach(() => api.stop())

  test('rejects a foreign cursor, a type without a feed, and a position beyond the feed', async () => {
    for (const variables of [{ after: 'nonsense' }, { types: ['Workflow'] }]) {
      const following = await followEvents<Told>(api.server.url, subscription, variables)
      const { errors } = await following.next()
      expect(errors![0]!.extensions.code).toMatch(/^BAD_/)
      expect(await following.ended).toBe('complete')
    }
  })

  test('reports a replaced history, even if its positions are reused', async () => {
    const add = (slug: string) =>
      api.database.pool.query(
        `INSERT INTO kb_entities (slug, kind_key, title, status, content_hash)
          SELECT $1, kind_key, 'New', 'PUBLISHED', repeat('0', 64) FROM kb_entities LIMIT 1`,
        [slug],
      )
    const following = await followEvents<Told>(api.server.url, subscription)
    await new Promise((resolve) => setTimeout(resolve, 300))
    await add('lost')
    const { cursor } = (await following.next()).data.graphChanged!
    // Changes that a lagging standby never got, and others in their place.
    await api.database.pool.query(`BEGIN; SET LOCAL session_replication_role = replica;
      DELETE FROM kb_entities WHERE slug = 'lost';
      SELECT setval(pg_get_serial_sequence('kb_changes', 'position'), (SELECT min(position) FROM kb_changes WHERE subject_key = 'lost'), false);
      DELETE FROM kb_changes WHERE subject_key = 'lost'; COMMIT`)
    await add('found')
    await add('found-too')
    const { errors } = await following.next()
    expect(errors![0]!.extensions.code).toBe('BAD_CURSOR')
    expect(await following.ended).toBe('complete')
    const late = await followEvents<Told>(api.server.url, subscription, { after: cursor })
    expect((await late.next()).errors![0]!.extensions.code).toBe('BAD_CURSOR')
  })

  test('ends when the server stops, so that its client reconnects elsewhere', async () => {
    const following = await followEvents<Told>(api.server.url, subscription)
    await new Promise((resolve) => setTimeout(resolve, 200))
    const started = Date.now()
    await api.stop()
    expect(await following.ended).toBe('complete')
    expect(Date.now() - started).toBeLessThan(5000)
    api = await startGraphApi()
  })

  test('releases everything when its client leaves', async () => {
    const listeners = async () => {
      const { rows } = await api.database.pool.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN kb_changes'`,
      )
      return rows[0]!.n
    }
    const some = await Promise.all([1, 2, 3].map(() => followEvents<Told>(api.server.url, subscription)))
    await expect.poll(listeners).toBe(1)
    for (const one of some) one.close()
    await expect.poll(listeners, { timeout: 5000 }).toBe(0)
  })

  describe('of somebody who may no longer see drafts', () => {
    const add = (slug: string, status: string) =>
      api.database.pool.query(`INSERT INTO kb_entities (slug, kind_key, title, status, content_hash)
          VALUES ('${slug}', 'country', 'New', '${status}', repeat('0', 64))`)
    /** Another process on the same database. */
    const elsewhere = (other: GraphApi) => `${other.server.url}/api/admin/session`

    test.each([
      [
        'signs out elsewhere',
        async (cookie: string, other: GraphApi) => {
          const answer = await fetch(elsewhere(other), { method: 'DELETE', headers: { cookie } })
          expect(answer.status).toBe(200)
        },
      ],
      [
        'gets another role',
        async () => {
          const { pool } = api.database
          await pool.query(
            `INSERT INTO admin_people (name, role, password_hash, created_by) VALUES ('editor', 'EDITOR', 'x', 'test')`,
          )
          await changePerson({ pool, actor: 'cli:test' }, 'editor', 'person role', { role: 'OPERATOR' })
        },
      ],
      [
        'has a session that ends',
        async () => {
          await api.database.pool.query('UPDATE admin_sessions SET expires_at = now()')
        },
      ],
    ])('ends before the next draft is told: who %s', async (_, revoke) => {
      const other = await startGraphApi(() => Promise.resolve(), {
        ...api.database,
        drop: () => Promise.resolve(),
      })
      const cookie = await api.cookieOf('EDITOR')
      const followings = await Promise.all(
        [api, other].map(({ server }) => followEvents<Told>(server.url, subscription, {}, { cookie })),
      )
      const anybody = await followEvents<Told>(api.server.url, subscription)
      await new Promise((resolve) => setTimeout(resolve, 300))
      await add('seen', 'DRAFT')
      for (const one of followings) expect((await one.next()).data.graphChanged!.node.subjectKey).toBe('seen')
      await revoke(cookie, other)
      await add('secret', 'DRAFT')
      await add('shown', 'PUBLISHED')
      for (const one of followings) {
        expect(await one.ended).toBe('complete')
        expect(one.events).toHaveLength(1)
      }
      expect((await anybody.next()).data.graphChanged!.node.subjectKey).toBe('shown')
      anybody.close()
      await other.stop()
    })

    test('ends with its token', async () => {
      const { pool } = api.database
      const { token, id } = await createToken(
        { pool, actor: 'cli:test' },
        { name: 'site', role: 'EDITOR', seconds: 3600 },
      )
      const following = await followEvents<Told>(
        api.server.url,
        subscription,
        {},
        { authorization: `Bearer ${token}` },
      )
      await new Promise((resolve) => setTimeout(resolve, 300))
      await add('seen', 'DRAFT')
      await following.next()
      await revokeToken({ pool, actor: 'cli:test' }, id)
      await add('secret', 'DRAFT')
      expect(await following.ended).toBe('complete')
      expect(following.events).toHaveLength(1)
    })
  })

  test('to the content state sends the current one, then each successor', async () => {
    const watch = 'subscription { contentStateChanged { version hash } }'
    const following = await followEvents<{ data: { contentStateChanged: { version: number } } }>(
      api.server.url,
      watch,
      {},
      { cookie: await api.cookieOf('EDITOR') },
    )
    const version = async () => (await following.next()).data.contentStateChanged.version
    expect(await version()).toBe(0)
    const { storage } = createOpsContext(api.database)
    const store = createContentStore(storage.driver)
    await store.save({ change: { state: { a: 1 } }, expectedVersion: 0, actor: 'ada' })
    expect(await version()).toBe(1)
    await store.save({ change: { state: { a: 2 } }, expectedVersion: 1, actor: 'ada' })
    expect(await version()).toBe(2)
    following.close()
  })
})
