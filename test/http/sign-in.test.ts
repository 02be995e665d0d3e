import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hashPassword, verifyPassword } from '../../src/domain/access/password-hash.ts'
import { findPasswordFault } from '../../src/domain/access/well-known-password.ts'
import { createSessions } from '../../src/resolvers/session.ts'
import { startGraphApi, testPassword, type GraphApi } from '../support/graph-api.ts'

let api: GraphApi
beforeAll(async () => {
  api = await startGraphApi()
})
afterAll(() => api.stop())
// Failures are counted in the database, so they would carry over between tests.
beforeEach(() => api.database.pool.query('DELETE FROM admin_sign_in_attempts'))

const post = (body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${api.server.url}/api/admin/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
const overview = (cookie?: string) =>
  fetch(`${api.server.url}/api/admin/overview`, cookie === undefined ? {} : { headers: { cookie } })

describe('signing in', () => {
  test('sets an HttpOnly, same-site cookie; signing out revokes it everywhere', async () => {
    const answer = await post({ password: testPassword })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ role: 'ADMIN', name: 'admin' })
    const [header] = answer.headers.getSetCookie()
    expect(header).toMatch(/^kb_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/)
    const cookie = header!.split(';')[0]!
    expect((await overview(cookie)).status).toBe(200)
    const { body } = await api.server.ask('{ viewer { role name permissions } }', {}, { cookie })
    expect(body.data).toEqual({
      viewer: { role: 'ADMIN', name: 'admin', permissions: ['PUBLIC', 'EDITOR', 'OPERATOR', 'ADMIN'] },
    })
    const { rows } = await api.database.pool.query<{ text: string }>(
      'SELECT s::text AS text FROM admin_sessions s',
    )
    expect(rows.map(({ text }) => text).join()).not.toContain(cookie.slice('kb_session='.length))
    const out = await fetch(`${api.server.url}/api/admin/session`, { method: 'DELETE', headers: { cookie } })
    expect(out.status).toBe(200)
    expect((await overview(cookie)).status).toBe(401)
  })

  test.each([
    ['a wrong password', { password: 'not it' }, 401],
    ['an unknown name', { name: 'root', password: testPassword }, 401],
    ['no password', {}, 400],
    ['a list', [], 400],
    ['a password that is no text', { password: 1 }, 400],
    ['no JSON', 'password=x', 400],
  ])('with %s is refused', async (_, body, status) => {
    const own = await startGraphApi()
    const answer = await fetch(`${own.server.url}/api/admin/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    expect(answer.status).toBe(status)
    expect(answer.headers.getSetCookie()).toEqual([])
    await own.stop()
  })

  test('answers an unknown name and a wrong password identically', async () => {
    const sessions = createSessions({
      pool: api.database.pool,
      adminPassword: testPassword,
      adminPasswordHash: null,
    })
    const ask = (name: string, password: string, address: string) =>
      sessions.signIn({ name, password, address }).catch((error: Error) => error.message)
    expect(await ask('root', testPassword, '1')).toBe(await ask('admin', 'no', '2'))
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'as %s, which a form of another site can send, is refused',
    async (type) =>
      expect((await post({ password: testPassword }, { 'content-type': type })).status).toBe(415),
  )

  test('rejects an overlong body before reading it all', async () => {
    expect((await post({ password: 'x'.repeat(20_000) })).status).toBe(413)
  })

  test('rejects forged cookies', async () => {
    for (const value of ['', 'x'.repeat(43), "' OR 1=1 --".padEnd(43, 'x'), '%00'.repeat(14) + 'x'])
      expect((await overview(`kb_session=${value}`)).status).toBe(401)
    expect((await overview()).status).toBe(401)
  })

  test('locks an address after five failures, even concurrent ones, but not the owner elsewhere', async () => {
    const sessions = createSessions({
      pool: api.database.pool,
      adminPassword: testPassword,
      adminPasswordHash: null,
    })
    const attempts = await Promise.allSettled(
      Array.from({ length: 20 }, () =>
        sessions.signIn({ name: 'admin', password: 'no', address: '10.0.0.1' }),
      ),
    )
    const codes = attempts.map((attempt) => (attempt as PromiseRejectedResult).reason as { code: string })
    expect(codes.filter(({ code }) => code === 'UNAUTHENTICATED')).toHaveLength(5)
    expect(codes.filter(({ code }) => code === 'RATE_LIMITED')).toHaveLength(15)
    const right = sessions.signIn({ name: 'admin', password: testPassword, address: '10.0.0.1' })
    await expect(right).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    // Nobody can lock out an owner from elsewhere.
    const owner = await sessions.signIn({ name: 'admin', password: testPassword, address: '10.0.0.2' })
    expect(owner.actor.role).toBe('ADMIN')
    const other = sessions.signIn({ name: 'other', password: testPassword, address: '10.0.0.1' })
    await expect(other).rejects.toMatchObject({ code: 'RATE_LIMITED' })
  })

  describe('of several addresses', () => {
    const sessions = () =>
      createSessions({ pool: api.database.pool, adminPassword: testPassword, adminPasswordHash: null })
    const failing = (name: string, address: string) =>
      sessions()
        .signIn({ name, password: 'no', address })
        .catch(({ code }: { code: string }) => code)
    const right = (address: string) => sessions().signIn({ name: 'admin', password: testPassword, address })

    test('count as one within an IPv6 network', async () => {
      for (let at = 0; at < 5; at++)
        expect(await failing('admin', `2001:db8:0:1::${at}`)).toBe('UNAUTHENTICATED')
      expect(await failing('admin', '2001:db8:0:1:ffff::1')).toBe('RATE_LIMITED')
      expect(await failing('admin', '2001:db8:0:2::1')).toBe('UNAUTHENTICATED')
      expect((await right('2001:db8:0:3::1')).actor.role).toBe('ADMIN')
    })

    test('lock a name everywhere after a hundred failures, with Retry-After', async () => {
      expect(await failing('admin', '10.1.0.1')).toBe('UNAUTHENTICATED')
      // Like 98 more from other addresses, without the time each password check takes.
      await api.database.pool.query(
        `UPDATE admin_sign_in_attempts SET points = 99 WHERE key = 'account:admin'`,
      )
      expect(await failing('admin', '10.1.0.2')).toBe('UNAUTHENTICATED')
      const answer = await post({ password: testPassword })
      expect(answer.status).toBe(429)
      const seconds = Number(answer.headers.get('retry-after'))
      expect(seconds).toBeGreaterThan(0)
      expect(seconds).toBeLessThanOrEqual(15 * 60)
      expect(await answer.json()).toMatchObject({
        error: { code: 'RATE_LIMITED', message: expect.stringContaining(`${seconds} seconds`) as string },
      })
      expect(await failing('other', '10.1.1.0')).toBe('UNAUTHENTICATED')
    })

    test('resets only the failures of that name and address on sign-in', async () => {
      for (let at = 0; at < 2; at++) await failing('admin', '10.2.0.1')
      for (let at = 0; at < 2; at++) await failing('other', '10.2.0.1')
      await right('10.2.0.1')
      const { rows } = await api.database.pool.query<{ key: string; points: number }>(
        'SELECT key, points FROM admin_sign_in_attempts ORDER BY key',
      )
      expect(rows).toEqual([
        { key: 'account:admin', points: 2 },
        { key: 'account:other', points: 2 },
        { key: 'account:other address:10.2.0.1', points: 2 },
        { key: 'address:10.2.0.1', points: 4 },
      ])
    })
  })

  test('ends a session when it expires', async () => {
    const cookie = await api.cookieOf('EDITOR')
    expect((await overview(cookie)).status).toBe(200)
    await api.database.pool.query(`UPDATE admin_sessions SET expires_at = now() WHERE role = 'EDITOR'`)
    expect((await overview(cookie)).status).toBe(401)
  })

  test('lets nobody in without a configured password', async () => {
    const sessions = createSessions({ pool: api.database.pool, adminPassword: null, adminPasswordHash: null })
    const attempt = sessions.signIn({ name: 'admin', password: '', address: '10.0.0.3' })
    await expect(attempt).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })
})

describe('the overview', () => {
  test('counts what the constellation shows', async () => {
    const cookie = await api.cookieOf('OPERATOR')
    const told = (await (await overview(cookie)).json()) as {
      tables: Record<string, number>
      published: { nodes: number; edges: number; domains: Record<string, number> }
    }
    const shown = (await (await fetch(`${api.server.url}/api/constellation`)).json()) as {
      meta: { nodeCount: number; edgeCount: number }
      domains: { key: string; count: number }[]
    }
    expect(told.published).toMatchObject({ nodes: shown.meta.nodeCount, edges: shown.meta.edgeCount })
    for (const { key, count } of shown.domains) expect(told.published.domains[key]).toBe(count)
    expect(told.tables['kb_entities']).toBeGreaterThan(told.published.nodes)
    expect(told).toMatchObject({ backend: 'neon', contentState: null })
  })
})

describe('passwords', () => {
  test('are hashed with argon2id and their own salt', async () => {
    const [one, two] = [await hashPassword('grün'), await hashPassword('grün')]
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(one).not.toBe(two)
    expect(await verifyPassword('grün', one)).toBe(true)
    expect(await verifyPassword('gru\u0308n', one)).toBe(true)
    expect(await verifyPassword('gruen', one)).toBe(false)
  })

  test.each([
    'short',
    'password12345678',
    'P@ssw0rd-P@ssw0rd',
    'aaaaaaaaaaaaaaaaaaaaaaaa',
    'correct-horse-battery-staple',
    '12345678901234567890',
  ])('like %s are refused in production', (password) => expect(findPasswordFault(password)).toMatch(/\w/))

  test('are accepted if long and random', () => expect(findPasswordFault(testPassword)).toBeNull())
})
