import type { Endpoint } from '../exchange.ts'
import { sendJson } from '../send-json.ts'

/** `GET /healthz`: liveness; does not check the database. */
export const answerHealth: Endpoint = (exchange) => sendJson(exchange, 200, { status: 'ok' })
