import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import pg from 'pg'
import type { Sample } from '../samples.ts'
import type { QueryName } from '../queries.ts'
import { announce } from './announce.ts'
import { listenOnFreePort } from './listen.ts'
import { answerWhole } from './sql-whole.ts'
import { sqlStatements } from './sql-statements.ts'

// What a careful person would write for just these queries: one prepared statement a request, which makes the whole body.
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 10 })
pool.on('error', () => {})

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  if (request.url === '/whole') return answerWhole(pool, response)
  const name = request.url!.slice(1) as QueryName
  const { text, values } = sqlStatements[name]
  const sample = JSON.parse(Buffer.concat(chunks).toString()) as Sample
  const { rows } = await pool.query<{ body: string }>({ name, text, values: values(sample) })
  const body = Buffer.from(rows[0]!.body)
  response.writeHead(200, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
  })
  response.end(body)
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    response.writeHead(500).end(String(error))
  })
})
announce(await listenOnFreePort(server), async () => {
  server.closeAllConnections()
  await pool.end()
})
