import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readAllRows } from '../support/table-rows.ts'
import { createMutations } from '../support/mutations.ts'
import { judge, post, verdict, type Attack, type Verdict } from './attack.ts'

const sql = [
  `' OR '1'='1`, `'; DROP TABLE kb_entities; --`, `" OR ""="`, `') OR ('1'='1`, `1; SELECT pg_sleep(5)`, `' UNION SELECT version() --`,
  `\\'; --`, `'||(SELECT password_hash FROM admin_people)||'`, `%' AND 1=1 --`, `_%`, `%%%%%%%%`, `\\`, `\\\\`, `''`, `$1`, `$$;$$`, `:x`, `?`,
  `{"$ne": null}`, `E'\\\\'`, `; COPY kb_entities TO '/tmp/x'`, `' AND (SELECT count(*) FROM generate_series(1,1e8)) > 0 --`, `/*`, `--`, `#`,
  `\u0001`, `a'b"c\`d`, `<>`, `0x27`, `%27%20OR%201=1`,
] // prettier-ignore

export const xss = [
  '<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '"><svg onload=alert(1)>', "';alert(1)//", '</title><script>x</script>', '<iframe src="javascript:alert(1)">',
  '<a href="javascript:alert(1)">x</a>', '<body onload=alert(1)>', '<math><mtext></mtext><script>alert(1)</script>', '{{7*7}}', '${alert(1)}', '<!--<script>-->', ']]><script>',
  '<style>@import"//evil"</style>', '<base href="//evil">', '<form action="//evil">', '<meta http-equiv=refresh content="0;//evil">', '\u2028<script>', '<ScRiPt>alert(1)</sCrIpT>', 'data:text/html,<script>alert(1)</script>',
] // prettier-ignore

/** A payload as a one-line title. */
export const titleOf = (text: string) => text.replaceAll('\u2028', '')

export const injectionAttacks: readonly Attack[] = [
  {
    name: 'SQL in values',
    async run({ api }) {
      const before = await readAllRows(api.database.pool)
      const wrong: string[] = []
      const started = performance.now()
      for (const text of sql) {
        const answer = await post(
          api,
          `query ($t: String!, $id: ID!, $j: JSON) {
            a: entities(where: { title: { eq: $t } }) { totalCount }
            b: entities(where: { title: { contains: $t } }) { totalCount }
            c: entities(where: { tags: { hasAny: [$t] } }) { totalCount }
            d: entities(where: { attributes: [{ pointer: "/code", eq: $j }] }) { totalCount }
            search(query: $t) { pageInfo { hasNextPage } } node(id: $id) { id } }`,
          { t: text, id: text, j: text },
        )
        const counts = [...answer.text.matchAll(/"totalCount":(\d+)/g)].map(([, count]) => Number(count))
        const isRight = answer.status < 500 && answer.code !== 'INTERNAL' && counts.every((count) => count === 0)
        if (!isRight) wrong.push(`${text}: ${answer.status} ${answer.text.slice(0, 120)}`)
        const cursor = await post(api, 'query ($c: String) { entities(after: $c) { totalCount } }', { c: text })
        if (cursor.code !== 'BAD_CURSOR') wrong.push(`cursor ${text}: ${cursor.status} ${cursor.code}`)
      }
      const took = performance.now() - started
      const isSame = JSON.stringify(await readAllRows(api.database.pool)) === JSON.stringify(before)
      return [
        verdict(`${sql.length} payloads of SQL in filters, search, ids and cursors`, wrong.length === 0, wrong[0] ?? 'no row, or a 400', took / sql.length),
        verdict('rows after them', isSame, isSame ? 'the same' : 'changed'),
      ]
    },
  },
  {
    name: 'patterns in searches',
    async run({ api }) {
      const contains = async (text: string) => {
        const answer = await post(api, 'query ($t: String!) { entities(where: { title: { contains: $t } }) { totalCount } }', { t: text })
        return Number(/"totalCount":(\d+)/.exec(answer.text)?.[1] ?? -1)
      }
      const counts = [await contains('%'), await contains('_'), await contains('P%l')]
      const long = await post(api, 'query ($t: String!) { search(query: $t) { pageInfo { hasNextPage } } }', { t: `${'(a+'.repeat(2000)}!` })
      return [
        verdict('% and _ are letters', counts.every((count) => count === 0), counts.join(' ')),
        verdict('a search of 6,000 brackets', long.status < 500 && long.milliseconds < 2000, `${long.status} in ${long.milliseconds.toFixed(0)} ms`),
      ]
    },
  },
  {
    name: 'cursors, mutated',
    async run({ api }) {
      const first = await post(api, '{ entities(first: 2) { pageInfo { endCursor } } }')
      const cursor = /"endCursor":"([^"]+)"/.exec(first.text)![1]!
      const codes = new Map<string, number>()
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
      for (let at = 0; at < 1000; at++) {
        const place = at % cursor.length
        const letter = alphabet[(alphabet.indexOf(cursor[place]!) + 1 + Math.floor(at / cursor.length)) % 64]!
        const mutant = cursor.slice(0, place) + letter + cursor.slice(place + 1)
        const { status, code } = await post(api, 'query ($c: String) { entities(after: $c) { totalCount } }', { c: mutant })
        const key = `${status} ${code}`
        codes.set(key, (codes.get(key) ?? 0) + 1)
      }
      const answer = [...codes].map(([key, count]) => `${count} × ${key}`).join(', ')
      return [verdict('1,000 mutated cursors', [...codes.keys()].every((key) => key.endsWith('BAD_CURSOR')), answer)]
    },
  },
  {
    name: 'stored texts that would run in a page',
    async run({ api }) {
      const { createEntity } = createMutations(api)
      const wrong: string[] = []
      for (const [at, text] of xss.entries()) {
        const [slug, title] = [`xss-${at}`, titleOf(text)]
        await createEntity({ slug, kind: 'country', title, status: 'PUBLISHED', summary: text, tags: [title.trim()] })
        for (const accept of ['application/json', 'text/html', '*/*']) {
          const query = encodeURIComponent(`{ entity(by: { slug: "${slug}" }) { title summary tags } }`)
          const response = await fetch(`${api.server.url}/graphql?query=${query}`, { headers: { accept } })
          const type = response.headers.get('content-type') ?? ''
          if (type.includes('html') || response.headers.get('x-content-type-options') !== 'nosniff') wrong.push(`${title}: ${type}`)
        }
      }
      const { createEntity: create } = createMutations(api)
      const url = await create({ slug: 'xss-url', kind: 'country', title: 'U', url: 'javascript:alert(1)' }).then(
        () => 'taken',
        () => 'refused',
      )
      return [
        verdict(`${xss.length} payloads are never sent as a page`, wrong.length === 0, wrong[0] ?? 'JSON, nosniff'),
        verdict('an address that is a script', url === 'refused', url),
      ]
    },
  },
  {
    name: 'addresses that the server should fetch',
    async run({ api }) {
      let asked = 0
      const trap = createServer((_, response) => {
        asked++
        response.end('{}')
      })
      await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve))
      const url = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/`
      const verdicts: Verdict[] = []
      try {
        for (const target of [url, 'http://169.254.169.254/latest/meta-data/', 'http://[::1]:1/', 'http://localhost:1/']) {
          const parity = await api.askAs('OPERATOR', 'mutation ($u: URL!) { verifyParity(input: { left: { deployment: $u }, right: { backend: NEON } }) { __typename } }', { u: target })
          const drift = await api.askAs('OPERATOR', 'mutation ($u: URL!) { checkDrift(input: { legacyUrl: $u }) { __typename } }', { u: target })
          const text = JSON.stringify([parity.body, drift.body])
          verdicts.push(verdict(`asked to fetch ${target}`, !text.includes('Success'), text.slice(0, 100)))
        }
      } finally {
        trap.close()
      }
      return [...verdicts, verdict('requests that went out', asked === 0, String(asked))]
    },
  },
  {
    name: 'what errors tell',
    async run({ api }) {
      const { pool } = api.database
      await pool.query('ALTER TABLE kb_entities RENAME TO kb_entities_gone')
      try {
        const answer = await post(api, '{ entities { totalCount } }')
        const told = /kb_|SELECT|relation|postgres|\/src\/|\.ts|at .*:\d+/i.exec(answer.text)
        return [
          judge('a broken table', answer, ['200 INTERNAL', '500 INTERNAL']),
          verdict('names, paths and SQL in the answer', told === null, told?.[0] ?? 'none'),
          verdict('a request id in the answer', answer.text.includes('requestId'), 'requestId'),
        ]
      } finally {
        await pool.query('ALTER TABLE kb_entities_gone RENAME TO kb_entities')
      }
    },
  },
] // prettier-ignore
