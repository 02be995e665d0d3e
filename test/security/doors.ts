import { getIntrospectionQuery } from 'graphql'
import { createSessions } from '../../src/resolvers/session.ts'
import { testPassword } from '../support/graph-api.ts'
import { judge, post, send, verdict, type Attack, type Verdict } from './attack.ts'

/** Attacks that only a production server repels. */
export const productionAttacks: readonly Attack[] = [
  {
    name: 'the schema, read by the public',
    async run({ api }) {
      const asked = await post(api, getIntrospectionQuery())
      const single = await post(api, '{ __type(name: "Entity") { fields { name } } }')
      const operator = await post(
        api,
        getIntrospectionQuery(),
        {},
        { cookie: await api.cookieOf('OPERATOR') },
      )
      return [
        judge('introspection by the public', asked, ['403 FORBIDDEN', '200 FORBIDDEN', '400 FORBIDDEN']),
        judge('one type by the public', single, ['403 FORBIDDEN', '200 FORBIDDEN', '400 FORBIDDEN']),
        verdict(
          'introspection by an operator is answered',
          operator.text.includes('"__schema"'),
          `${operator.status}`,
        ),
      ]
    },
  },
  {
    name: 'names of the schema, guessed',
    async run({ api }) {
      const field = await post(api, '{ entitie { id } }')
      const argument = await post(api, '{ entities(frst: 1) { totalCount } }')
      const input = await post(api, 'query ($w: EntityFilter) { entities(where: $w) { totalCount } }', {
        w: { slgu: {} },
      })
      const value = await post(api, '{ entities(orderBy: [{field: TITEL}]) { totalCount } }')
      const told = [field, argument, input, value].filter(({ text }) => /did you mean/i.test(text))
      return [verdict('suggestions for misspelt names', told.length === 0, `${told.length} of 4 told`)]
    },
  },
  {
    name: 'GraphiQL by the public',
    async run({ api }) {
      const html = { accept: 'text/html' }
      const page = await send(`${api.server.url}/graphql`, { headers: html })
      const cookie = await api.cookieOf('OPERATOR')
      const own = await send(`${api.server.url}/graphql`, { headers: { ...html, cookie } })
      return [
        verdict('GraphiQL by the public', !page.text.includes('<html'), `${page.status}`),
        verdict('GraphiQL by an operator is there', own.text.includes('<html'), `${own.status}`),
      ]
    },
  },
]

const origin = { origin: 'https://evil.example' }

export const doorAttacks: readonly Attack[] = [
  {
    name: 'pages of other origins',
    async run({ api }) {
      const verdicts: Verdict[] = []
      for (const [method, path] of [
        ['POST', '/graphql'],
        ['OPTIONS', '/graphql'],
        ['GET', '/api/constellation'],
        ['GET', '/readyz'],
      ] as const) {
        const response = await fetch(api.server.url + path, {
          method,
          headers: { ...origin, 'content-type': 'application/json', 'access-control-request-method': 'POST' },
          ...(method === 'POST' && { body: '{"query":"{ __typename }"}' }),
        })
        const allowed = [...response.headers.keys()].filter((name) => name.startsWith('access-control'))
        verdicts.push(
          verdict(
            `a foreign origin: ${method} ${path}`,
            allowed.length === 0,
            allowed.join(' ') || 'no header',
          ),
        )
      }
      return verdicts
    },
  },
  {
    name: 'headers that keep a browser safe',
    async run({ api }) {
      const verdicts: Verdict[] = []
      for (const path of [
        '/graphql?query={__typename}',
        '/api/constellation',
        '/healthz',
        '/nothing',
        '/media/none.svg',
      ]) {
        const { headers } = await fetch(api.server.url + path)
        const policy = headers.get('content-security-policy') ?? ''
        const isSafe =
          policy.includes("default-src 'none'") && headers.get('x-content-type-options') === 'nosniff'
        verdicts.push(verdict(`CSP and nosniff on ${path}`, isSafe, policy || 'no policy'))
      }
      return verdicts
    },
  },
  {
    name: 'guessing passwords',
    async run({ api }) {
      const signIn = (name: string, password: string) =>
        send(`${api.server.url}/api/admin/session`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ name, password }),
        })
      const known = await signIn('admin', 'wrong-wrong-wrong-wrong')
      const unknown = await signIn('nobody', 'wrong-wrong-wrong-wrong')
      const many = await Promise.all(
        Array.from({ length: 12 }, () => signIn('admin', 'wrong-wrong-wrong-wrong')),
      )
      const last = await signIn('admin', testPassword)
      const withoutId = ({ text }: { text: string }) => text.replace(/"requestId":"[^"]*"/, '')
      return [
        verdict(
          'an unknown name looks like a wrong password',
          withoutId(known) === withoutId(unknown),
          unknown.text.slice(0, 80),
        ),
        verdict(
          'twelve guesses at once are counted each',
          many.filter(({ status }) => status === 429).length >= 8,
          many.map(({ status }) => status).join(' '),
        ),
        judge('then the right password has to wait too', last, ['429 RATE_LIMITED']),
      ]
    },
  },
  {
    name: 'locking the admin out, and starting anew by an account of one’s own',
    async run({ api }) {
      // Another process behind another proxy, with other client addresses.
      const sessions = createSessions({
        pool: api.database.pool,
        adminPassword: testPassword,
        adminPasswordHash: null,
      })
      const signIn = (password: string, address: string) =>
        sessions.signIn({ name: 'admin', password, address }).then(() => 'signed in', ({ code }: { code: string }) => code) // prettier-ignore
      await api.database.pool.query('DELETE FROM admin_sign_in_attempts')
      for (let at = 0; at < 8; at++) await signIn('wrong-wrong-wrong-wrong', `2001:db8::${at}`)
      const owner = await signIn(testPassword, '198.51.100.7')
      const neighbor = await signIn(testPassword, '2001:db8::ffff')
      return [
        verdict('the owner after wrong passwords of a stranger', owner === 'signed in', owner),
        verdict('a stranger with a network of addresses', neighbor === 'RATE_LIMITED', neighbor),
      ]
    },
  },
  {
    name: 'a page that acts for who is signed in',
    async run({ api }) {
      const verdicts: Verdict[] = []
      const cookie = await api.cookieOf('ADMIN')
      for (const [method, path] of [
        ['POST', '/graphql'],
        ['POST', '/api/admin/session'],
        ['DELETE', '/api/admin/session'],
        ['PUT', '/api/uploads/none'],
      ] as const) {
        const answer = await send(api.server.url + path, {
          method,
          headers: { ...origin, cookie, 'content-type': 'application/json' },
          ...(method !== 'DELETE' && { body: '{"query":"mutation { __typename }"}' }),
        })
        verdicts.push(judge(`a foreign page with a cookie: ${method} ${path}`, answer, ['403 FORBIDDEN']))
      }
      return verdicts
    },
  },
  {
    name: 'a token that is none',
    async run({ api }) {
      const ask = (authorization: string) => post(api, '{ viewer { role } }', {}, { authorization })
      return [
        judge('an invented API token', await ask(`Bearer kb_${'a'.repeat(43)}`), ['401 UNAUTHENTICATED']),
        judge('a bearer that is no token', await ask('Bearer x'), ['401 UNAUTHENTICATED']),
      ]
    },
  },
]
