import { createServer } from 'node:http'
import { announce } from './announce.ts'
import { listenOnFreePort } from './listen.ts'
import type { KnownAnswer } from '../known-answers.ts'

// The physical limit: what is left of a server once its answers cost nothing. It reads the request, which every server must,
// finds the answer by it, and writes bytes that lie ready.
const answers = new Map<string, Buffer>()
let whole: Buffer | null = null

const server = createServer((request, response) => {
  const send = (status: number, body: Buffer | undefined) => {
    response.writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': body?.length ?? 0,
    })
    response.end(body)
  }
  if (request.method === 'GET') return send(whole ? 200 : 404, whole ?? undefined)
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
    if (request.url === '/forget') answers.clear()
    if (request.url === '/load')
      for (const [text, answer] of JSON.parse(body.toString()) as KnownAnswer[])
        answers.set(text, Buffer.from(answer))
    if (request.url === '/forget' || request.url === '/load') return send(200, Buffer.from('{}'))
    if (request.url === '/load-whole') {
      whole = body
      return send(200, Buffer.from('{}'))
    }
    const answer = answers.get(body.toString())
    send(answer ? 200 : 404, answer)
  })
})
announce(await listenOnFreePort(server), () => Promise.resolve(server.closeAllConnections()))
