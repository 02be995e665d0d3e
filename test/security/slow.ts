import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { sha256Hex } from '../../src/domain/hash.ts'
import type { GraphApi } from '../support/graph-api.ts'
import { startServe } from '../support/serve-process.ts'
import { createBomb } from '../support/svg.ts'
import { floods, verdict, type Attack, type Target, type Verdict } from './attack.ts'

const senders = 8
const asked = 100

/** Clients that hold connections by sending a byte now and then; they take real time, so only the full audit runs them. */
export const slowAttacks: readonly Attack[] = [
  slow('headers, a byte a second', 'GET / HTTP/1.1\r\nhost: x\r\nx-slow: ', 20_000),
  { name: 'pictures that draw without end', run: drawWithoutEnd },
  ...Object.entries(floods).map(([name, text]) => flood(name, text)),
  slow('a body, a byte a second', 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{', 45_000),
] // prettier-ignore

function slow(name: string, start: string, longestMs: number): Attack {
  return {
    name,
    async run({ api }) {
      const { hostname, port } = new URL(api.server.url)
      const started = performance.now()
      const socket = connect(Number(port), hostname)
      socket.on('error', () => undefined)
      socket.write(start)
      const drip = setInterval(() => socket.write('x'), 1000)
      let answer = ''
      socket.on('data', (data) => (answer += data.toString('latin1')))
      const ended = await Promise.race([
        new Promise<true>((resolve) => socket.once('close', () => resolve(true))),
        new Promise<false>((resolve) => setTimeout(() => resolve(false), longestMs).unref()),
      ])
      clearInterval(drip)
      socket.destroy()
      const took = performance.now() - started
      return [
        verdict(
          name,
          ended,
          `${answer.split('\r\n')[0] || 'closed'} after ${(took / 1000).toFixed(0)} s`,
          took,
        ),
      ]
    },
  }
}

/** How a flood of refused documents delays others. */
function flood(name: string, text: string): Attack {
  const attack = `${senders} senders of ${name}`
  return {
    name: attack,
    async run({ api }) {
      const dataDir = await mkdtemp(join(tmpdir(), 'kb-flood-'))
      const server = await startServe({
        DATABASE_URL: api.database.url,
        KB_RATE_LIMIT: '60',
        KB_TRUSTED_PROXIES: '1',
        KB_DATA_DIR: dataDir,
      })
      try {
        await medianOfOthers(server.url)
        const before = await medianOfOthers(server.url)
        const body = JSON.stringify({ query: text })
        const worker = new Worker(new URL('send-refused.ts', import.meta.url), {
          workerData: { url: server.url, senders, body },
        })
        try {
          await once(worker, 'online')
          await new Promise((resolve) => setTimeout(resolve, 1000))
          const during = await medianOfOthers(server.url)
          worker.postMessage('count')
          const [sent] = (await once(worker, 'message')) as [number]
          const answer = `median of others ${before.toFixed(2)} -> ${during.toFixed(2)} ms, ${sent} refusals`
          return [verdict(attack, sent >= senders && during < 2 * before, answer, during)]
        } finally {
          await worker.terminate()
        }
      } finally {
        await server.end()
        await rm(dataDir, { recursive: true, force: true })
      }
    },
  }
}

/** Median response time of other clients, in milliseconds. */
async function medianOfOthers(url: string): Promise<number> {
  const times: number[] = []
  for (let at = 0; at < asked; at++) {
    const started = performance.now()
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': `198.51.100.${at}` },
      body: JSON.stringify({ query: '{ entity(by: { slug: "spain" }) { title } }' }),
    })
    await response.text()
    times.push(performance.now() - started)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return times.sort((a, b) => a - b)[asked / 2]!
}

/** Four images that take forever to render, and their effect on others. */
async function drawWithoutEnd({ api }: Target): Promise<Verdict[]> {
  const bytes = Buffer.from(createBomb())
  const before = await medianOfOthers(api.server.url)
  let done = 0
  const codes = Promise.all(
    [1, 2, 3, 4].map(async (at) => {
      const code = await upload(api, `endless-${at}`, bytes)
      done++
      return code
    }),
  )
  const during = await medianOfOthers(api.server.url)
  const undone = 4 - done
  const answer = `median of others ${before.toFixed(2)} -> ${during.toFixed(2)} ms, ${undone} being drawn`
  return [
    verdict('others, while pictures draw without end', undone > 0 && during < 3 * before, answer, during),
    ...(await codes).map((code) => verdict('a picture that draws without end', code === 'INVALID', code)),
  ]
}

async function upload(api: GraphApi, key: string, bytes: Buffer): Promise<string> {
  const input = { key, mimeType: 'image/svg+xml', byteSize: bytes.length, sha256: sha256Hex(bytes) }
  const created = await api.askAs('EDITOR', `mutation ($input: CreateMediaUploadInput!) { createMediaUpload(input: $input) { ... on CreateMediaUploadSuccess { uploadId uploadUrl } } }`, { input }) // prettier-ignore
  const { uploadId, uploadUrl } = created.body.data!['createMediaUpload'] as Record<string, string>
  const put = await fetch(api.server.url + new URL(uploadUrl!).pathname, {
    method: 'PUT',
    headers: { 'content-type': 'image/svg+xml' },
    body: new Uint8Array(bytes),
  })
  if (!put.ok) return ((await put.json()) as { error: { code: string } }).error.code
  const completed = await api.askAs('EDITOR', `mutation ($input: CompleteMediaUploadInput!) { completeMediaUpload(input: $input) { __typename ... on UserError { code } } }`, { input: { uploadId } }) // prettier-ignore
  const { __typename: type, code } = completed.body.data!['completeMediaUpload'] as Record<string, string>
  return code ?? type!
}
