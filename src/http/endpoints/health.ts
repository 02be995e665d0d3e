import type { Endpoint } from '../exchange.ts'
import { sendJson } from '../send-json.ts'

/** `GET /healthz`: the process lives and answers; says nothing of the database. */
export const answerHealth: Endpoint = (exchange) => sendJson(exchange, 200, { status: 'ok' })
