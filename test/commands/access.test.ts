import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSessions } from '../../src/resolvers/session.ts'
import { startGraphApi, testPassword, type GraphApi } from '../support/graph-api.ts'
import { runKbHere } from '../support/run-kb.ts'

let api: GraphApi
beforeAll(async () => {
  api = await startGraphApi()
})
afterAll(() => api.stop())

const kb = (args: string[], input = '') => runKbHere(args, { DATABASE_URL: api.database.url }, input)
const viewer = '{ viewer { role name tokenExpiresAt } }'
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const signIn = (name: string, password: string) =>
  fetch(`${api.server.url}/api/admin/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password }),
  })
const cookieOf = (answer: Response) => answer.headers.getSetCookie()[0]!.split(';')[0]!
const operations = async () =>
  (
    await api.database.pool.query<{ operation: string }>('SELECT operation FROM admin_audit ORDER BY id')
  ).rows.map((row) => row.operation)

describe('an API token', () => {
  test.each(['', '\u200B', 'a\u001b[2Jb', 'x'.repeat(201)])(
    'rejects the unprintable name %j',
    async (name) => {
      const made = await kb(['token', 'create', '--name', name, '--role', 'editor'])
      expect(made).toMatchObject({ stdout: '' })
      expect(made.stderr).toContain('The token needs another name')
    },
  )

  test('is shown once, stored as a hash, and has the rights of its role', async () => {
    const made = await kb(['token', 'create', '--name', 'ci', '--role', 'editor', '--expires', '2h'])
    expect(made).toMatchObject({ code: 0 })
    const token = made.stdout.trim()
    expect(token).toMatch(/^kb_[\w-]{43}$/)
    const { rows } = await api.database.pool.query<{ text: string }>(
      'SELECT t::text AS text FROM admin_tokens t',
    )
    expect(rows.map(({ text }) => text).join()).not.toContain(token.slice(9))
    const { body } = await api.server.ask(viewer, {}, bearer(token))
    const ends = (body.data!['viewer'] as { tokenExpiresAt: string }).tokenExpiresAt
    expect(body.data).toEqual({ viewer: { role: 'EDITOR', name: 'token:ci', tokenExpiresAt: ends } })
    expect(Math.abs(Date.parse(ends) - Date.now() - 7_200_000)).toBeLessThan(120_000)
    const listed = JSON.parse((await kb(['token', 'list', '--json'])).stdout) as {
      lastUsedAt: string | null
    }[]
    expect(listed[0]!.lastUsedAt).not.toBeNull()
    expect(JSON.stringify(listed)).not.toContain(token)
  })

  test('that is unknown, revoked or expired is rejected, never treated as the public', async () => {
    const token = (await kb(['token', 'create', '--name', 'short', '--role', 'OPERATOR'])).stdout.trim()
    const refused = async (given: string) => {
      const { status, body } = await api.server.ask(viewer, {}, bearer(given))
      expect([status, body.errors?.[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED'])
    }
    await refused(`kb_${'x'.repeat(43)}`)
    await refused('x')
    await api.database.pool.query(
      `UPDATE admin_tokens SET created_at = now() - interval '2 days', expires_at = now() - interval '1 day' WHERE name = 'short'`,
    )
    await refused(token)
    const other = (await kb(['token', 'create', '--name', 'other', '--role', 'OPERATOR'])).stdout.trim()
    expect((await kb(['token', 'revoke', other.slice(0, 9)])).code).toBe(0)
    await refused(other)
    expect(await kb(['token', 'revoke', 'other'])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('kb token list'),
    })
  })

  test('is rotated: the new one has its role, the old one expires after the grace period', async () => {
    const old = (await kb(['token', 'create', '--name', 'nightly', '--role', 'OPERATOR'])).stdout.trim()
    const next = (await kb(['token', 'rotate', 'nightly', '--grace', '1h'])).stdout.trim()
    for (const token of [old, next])
      expect((await api.server.ask('{ viewer { role } }', {}, bearer(token))).body.data).toEqual({
        viewer: { role: 'OPERATOR' },
      })
    expect(await kb(['token', 'rotate', 'nightly'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(old.slice(0, 9)),
    })
    const last = (await kb(['token', 'rotate', next.slice(0, 9), '--grace', '0s'])).stdout.trim()
    expect((await api.server.ask(viewer, {}, bearer(next))).status).toBe(401)
    expect((await api.server.ask(viewer, {}, bearer(last))).status).toBe(200)
  })

  test('of another scheme is ignored', async () => {
    const { body } = await api.server.ask('{ viewer { role } }', {}, { authorization: 'Basic eDp5' })
    expect(body.data).toEqual({ viewer: { role: 'PUBLIC' } })
  })

  test.each([
    [['--name', 'x', '--role', 'public'], 'Give one of EDITOR, OPERATOR, ADMIN'],
    [['--name', 'x', '--role', 'EDITOR', '--expires', 'soon'], '12h, 90d or 52w'],
    [['--role', 'EDITOR'], '--name'],
  ])('is not created from %j', async (args, message) =>
    expect(await kb(['token', 'create', ...args])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(message),
    }),
  )
})

describe('a person', () => {
  const password = 'seven-quiet-harbours-lean'

  test('signs in with their own role until their role, password or access changes', async () => {
    expect(await kb(['person', 'add', 'ada', '--role', 'EDITOR'], `${password}\n`)).toMatchObject({ code: 0 })
    const cookie = cookieOf(await signIn('ada', password))
    const ask = (given: string) => api.server.ask('{ viewer { role name } }', {}, { cookie: given })
    expect((await ask(cookie)).body.data).toEqual({ viewer: { role: 'EDITOR', name: 'ada' } })
    await kb(['person', 'role', 'ada', '--role', 'OPERATOR'])
    expect((await ask(cookie)).body.data).toEqual({ viewer: { role: 'PUBLIC', name: null } })
    const second = cookieOf(await signIn('ada', password))
    expect((await ask(second)).body.data).toEqual({ viewer: { role: 'OPERATOR', name: 'ada' } })
    await kb(['person', 'password', 'ada'], 'eight-loud-harbours-lean')
    expect((await ask(second)).body.data).toEqual({ viewer: { role: 'PUBLIC', name: null } })
    expect((await signIn('ada', password)).status).toBe(401)
    const third = cookieOf(await signIn('ada', 'eight-loud-harbours-lean'))
    await kb(['person', 'disable', 'ada'])
    expect((await ask(third)).body.data).toEqual({ viewer: { role: 'PUBLIC', name: null } })
    expect((await signIn('ada', 'eight-loud-harbours-lean')).status).toBe(401)
    await kb(['person', 'enable', 'ada'])
    expect((await signIn('ada', 'eight-loud-harbours-lean')).status).toBe(200)
  })

  test.each([
    [['Ada'], password, 'not a valid user name'],
    [['admin'], password, 'ADMIN_PASSWORD'],
    [['bob'], 'short', '16 characters'],
    [['ada'], password, 'already'],
  ])('%j cannot be added', async (args, given, message) =>
    expect(await kb(['person', 'add', ...args, '--role', 'EDITOR'], given)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(message),
    }),
  )

  test('reports an unknown name', async () =>
    expect(await kb(['person', 'disable', 'nobody'])).toMatchObject({ code: 3 }))
})

describe('the audit', () => {
  test('has a row for each of these, and cannot be changed', async () => {
    expect(await operations()).toEqual(
      expect.arrayContaining([
        'token create',
        'token revoke',
        'token rotate',
        'person add',
        'person role',
        'signIn',
      ]),
    )
    const shown = JSON.parse((await kb(['audit', '--target', 'ada', '--json'])).stdout) as { actor: string }[]
    expect(shown.map(({ actor }) => actor)).toEqual(expect.arrayContaining(['cli:test', 'http:ada']))
    expect(JSON.stringify(shown)).not.toContain('harbours')
    for (const statement of [
      'UPDATE admin_audit SET actor = $$x$$',
      'DELETE FROM admin_audit',
      'TRUNCATE admin_audit',
    ])
      await expect(api.database.pool.query(statement)).rejects.toThrow('not changed or deleted')
  })

  test.each(['2026-02-30', '2026-02-30T00:00:00Z', '2026-11-28T00:00:00', 'yesterday'])(
    'rejects the invalid moment %s',
    async (since) => {
      const { code, stderr } = await kb(['audit', '--since', since])
      expect(code).toBe(2)
      expect(stderr).toContain(
        `'--since <moment>' argument '${since}' is invalid. Give a day of the calendar`,
      )
    },
  )

  test('is filtered by a day or by a moment in any time zone', async () => {
    for (const since of ['2020-02-29', '2026-01-01T00:00:00-23:59'])
      expect((await kb(['audit', '--since', since])).stdout).toContain('person add')
    expect(await kb(['audit', '--since', '9999-12-31T00:00:00+16:00'])).toMatchObject({ code: 0, stdout: '' })
  })

  test('rolls back a change whose audit row cannot be written', async () => {
    await api.database.pool.query(
      'ALTER TABLE admin_audit ADD CONSTRAINT planted CHECK (operation <> $$person role$$) NOT VALID',
    )
    const answer = await kb(['person', 'role', 'ada', '--role', 'ADMIN'])
    expect(answer.code).toBe(1)
    expect((await kb(['person', 'list'])).stdout).toMatch(/OPERATOR.*ada/)
    await api.database.pool.query('ALTER TABLE admin_audit DROP CONSTRAINT planted')
  })
})

test('failures are counted across processes', async () => {
  const options = { pool: api.database.pool, adminPassword: testPassword, adminPasswordHash: null }
  const processes = [createSessions(options), createSessions(options), createSessions(options)]
  const attempts = await Promise.allSettled(
    Array.from({ length: 12 }, (_, at) =>
      processes[at % 3]!.signIn({ name: 'eve', password: 'no', address: '10.9.9.9' }),
    ),
  )
  const codes = attempts.map(
    (attempt) => ((attempt as PromiseRejectedResult).reason as { code: string }).code,
  )
  expect(codes.filter((code) => code === 'UNAUTHENTICATED')).toHaveLength(5)
})
