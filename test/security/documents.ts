import { gzipSync } from 'node:zlib'
import { openSocket, postText } from '../support/raw-http.ts'
import {
  floods,
  judge,
  post,
  refusalMs,
  send,
  verdict,
  type Answer,
  type Attack,
  type Target,
} from './attack.ts'

const repeat = (count: number, text: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => text(at)).join(' ')
const nest = (depth: number) =>
  `{ entity(by: {slug: "spain"}) ${'{ neighbors { nodes '.repeat(depth)}{ slug }${' } }'.repeat(depth)} }`
const entity = '(by: {slug: "spain"})'

/** Documents that would take an undefended server seconds, or down. */
const documents: readonly [name: string, query: string, right: string[], variables?: object][] = [
  ['10,000 aliases', `{ ${repeat(10_000, (at) => `a${at}: __typename`)} }`, ['400 BAD_REQUEST']],
  ['1,000 aliases of a lookup', `{ ${repeat(1000, (at) => `a${at}: entity${entity} { id }`)} }`, ['400 BAD_REQUEST']],
  ['100 aliased mutations', `mutation { ${repeat(100, (at) => `a${at}: cancelOperation(input: {id: "x"}) { __typename }`)} }`, ['400 BAD_REQUEST']],
  ['depth 500', nest(250), ['400 DEPTH_EXCEEDED']],
  ['depth 20,000', nest(10_000), ['400 BAD_REQUEST', '400 DEPTH_EXCEEDED']],
  ['depth 17, within brackets that are allowed', nest(8), ['400 DEPTH_EXCEEDED']],
  [
    'fragments that expand to 2^60 fields',
    `{ entity${entity} { ...f0 } } ${repeat(60, (at) => `fragment f${at} on Entity { ${at === 59 ? 'id' : `...f${at + 1} ...f${at + 1}`} }`)}`,
    ['400 BAD_REQUEST'],
  ],
  [
    'unused fragments of 3^30 fields',
    `{ __typename } ${repeat(30, (at) => `fragment u${at} on Entity { ${['a', 'b', 'c'].map((name) => `${name}: neighbors { ...u${at + 1} }`).join(' ')} }`)} fragment u30 on Entity { id }`,
    ['400 DEPTH_EXCEEDED'],
  ],
  ['lists of lists of lists', '{ entities(first: 100) { nodes { neighbors(first: 100) { nodes { neighbors(first: 100) { nodes { slug } } } } } } }', ['400 COST_EXCEEDED']],
  ['the same by variables', 'query ($n: Int!) { entities(first: $n) { nodes { neighbors(first: $n) { nodes { neighbors(first: $n) { nodes { slug } } } } } } }', ['400 COST_EXCEEDED'], { n: 100 }],
  ['1,000 overlapping fields', `{ entity${entity} { ${repeat(1000, (at) => `degree(direction: ${at % 2 ? 'IN' : 'OUT'})`)} } }`, ['400 BAD_REQUEST']],
  ['200 fragments that overlap', `{ entity${entity} { ${repeat(199, (at) => `...f${at}`)} } } ${repeat(199, (at) => `fragment f${at} on Entity { id slug title a: edges(first: ${at}) { totalCount } }`)}`, ['400 BAD_REQUEST']],
  ['a variable called __proto__', 'query ($__proto__: EntityFilter) { entities(where: $__proto__) { totalCount } }', ['400 BAD_REQUEST']],
  ['100 directives on a field', `{ entity${entity} { id ${'@include(if: true) '.repeat(100)} } }`, ['400 BAD_REQUEST']],
  ['a directive on each of 600 fields', `{ entity${entity} { ${repeat(600, () => 'id @include(if: true)')} } }`, ['400 BAD_REQUEST']],
  ['fragments in a circle', `{ entity${entity} { ...a } } fragment a on Entity { ...b } fragment b on Entity { ...a }`, ['400 BAD_REQUEST']],
  ['introspection in a circle', '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }', ['400 BAD_REQUEST']],
  ['1,000 introspections', `{ ${repeat(1000, (at) => `a${at}: __schema { types { name } }`)} }`, ['400 BAD_REQUEST']],
  ['a filter of 2,000 values', 'query ($in: [Key!]) { entities(where: {slug: {in: $in}}) { totalCount } }', ['200 BAD_REQUEST'], { in: Array.from({ length: 2000 }, (_, at) => `s${at}`) }],
  ['a filter 40 levels deep', `query ($where: EntityFilter) { entities(where: $where) { totalCount } }`, ['200 BAD_REQUEST'], { where: Array.from({ length: 40 }).reduce<object>((inner) => ({ not: inner }), { hasMedia: true }) }],
  ['a page of 1,000', '{ entities(first: 1000) { nodes { id } } }', ['200 BAD_REQUEST']],
  ['1,000 ids', 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', ['200 BAD_REQUEST'], { ids: Array.from({ length: 1000 }, () => 'x') }],
  ['an unknown input field', 'query ($where: EntityFilter) { entities(where: $where) { totalCount } }', ['400 BAD_REQUEST'], { where: { evil: 1 } }],
] // prettier-ignore

export const documentAttacks: readonly Attack[] = [
  ...documents.map(([name, query, right, variables]): Attack => ({
    name,
    async run(target) {
      return [
        judge(name, await median(target, () => post(target.api, query, variables)), right, limitOf(target)),
      ]
    },
  })),
  ...Object.entries(floods).map(([name, query]): Attack => ({
    name,
    async run(target) {
      const answer = await median(target, () => post(target.api, query))
      const found = judge(name, answer, ['400 BAD_REQUEST'], limitOf(target))
      // Validation rejects them, too, but only after spending the time.
      return [
        answer.text.includes('pairs of fields') ? found : { ...found, finding: 'refused by the validation' },
      ]
    },
  })),
]

const limitOf = ({ isTimed }: Target) => (isTimed ? refusalMs : Infinity)

/** The median of five; attackers repeat themselves, too. */
async function median({ isTimed }: Target, ask: () => Promise<Answer>): Promise<Answer> {
  const answers: Answer[] = []
  for (let round = 0; round < (isTimed ? 5 : 1); round++) answers.push(await ask())
  return answers.sort((a, b) => a.milliseconds - b.milliseconds)[Math.floor(answers.length / 2)]!
}

const json = { 'content-type': 'application/json' }
const deep = `{"query":"{ __typename }","variables":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`
const mutation = 'mutation { cancelOperation(input: {id: "x"}) { __typename } }'

/** Malformed requests. */
const requests: readonly [name: string, init: RequestInit, right: string[], path?: string][] = [
  ['a batch of 100', { method: 'POST', headers: json, body: JSON.stringify(Array.from({ length: 100 }, () => ({ query: '{ __typename }' }))) }, ['400 BAD_REQUEST']],
  ['a body of 2 MB by its length', { method: 'POST', headers: json, body: `{"query":"${'x'.repeat(2_000_000)}"}` }, ['413 PAYLOAD_TOO_LARGE']],
  ['a body of 2 MB while it comes', { method: 'POST', headers: json, body: stream(2_000_000), duplex: 'half' } as RequestInit, ['413 PAYLOAD_TOO_LARGE']],
  ['a compressed body', { method: 'POST', headers: { ...json, 'content-encoding': 'gzip' }, body: gzipSync('{"query":"{ __typename }"}') }, ['415 UNSUPPORTED_MEDIA_TYPE']],
  ['variables 20,000 deep', { method: 'POST', headers: json, body: deep }, ['400 BAD_REQUEST']],
  ['a mutation by GET', { method: 'GET' }, ['405 METHOD_NOT_ALLOWED'], `/graphql?query=${encodeURIComponent(mutation)}`],
  ...['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain'].map((type): [string, RequestInit, string[]] => [
    `a mutation as ${type.split(';')[0]!}`,
    { method: 'POST', headers: { 'content-type': type }, body: JSON.stringify({ query: mutation }) },
    ['415 UNSUPPORTED_MEDIA_TYPE'],
  ]),
] // prettier-ignore

function stream(bytes: number): ReadableStream {
  let sent = 0
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(new Uint8Array(64 * 1024).fill(120))
      if ((sent += 64 * 1024) > bytes) controller.close()
    },
  })
}

/** Requests that are wrong in their sender or context. */
const otherAttacks: readonly Attack[] = [
  {
    name: 'a malformed request behind a good one',
    async run({ api }) {
      const socket = await openSocket(api.server.url)
      socket.write(`${postText('{"query":"{ __typename }"}')}BAD\r\n\r\n`, 'latin1')
      let text = ''
      for await (const piece of socket) text += String(piece)
      const heads = [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status).join(' ')
      return [verdict('a malformed request behind a good one', heads === '200 400', heads)]
    },
  },
  {
    name: 'a request behind one that asks for another protocol',
    async run({ api }) {
      const socket = await openSocket(api.server.url)
      const ask = (headers: object) => postText('{"query":"{ __typename }"}', { ...headers })
      socket.write(ask({ upgrade: 'h2c', connection: 'Upgrade' }) + ask({}))
      let text = ''
      for await (const piece of socket) text += String(piece)
      const heads = [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status).join(' ')
      const isClosed = /^connection: close\r$/im.test(text)
      return [
        verdict('a request behind an upgrade', heads === '200' && isClosed, `${heads}, closed: ${isClosed}`),
      ]
    },
  },
]

export const requestAttacks: readonly Attack[] = [
  ...otherAttacks,
  ...requests.map(([name, init, right, path]): Attack => ({
    name,
    async run({ api }) {
      const body = init.body instanceof ReadableStream ? stream(2_000_000) : init.body
      const attempt = { ...init, ...(body !== undefined && { body }) }
      return [judge(name, await send(`${api.server.url}${path ?? '/graphql'}`, attempt), right)]
    },
  })),
]
