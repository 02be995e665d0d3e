import { stringifySetCookie } from 'cookie'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Sessions } from '../../resolvers/session.ts'
import { clientAddressOf } from '../client-address.ts'
import type { Endpoint } from '../exchange.ts'
import { readJsonBody } from '../read-json-body.ts'
import { sendJson } from '../send-json.ts'
import { sessionCookie, sessionTokenOf } from './session-cookie.ts'

const credentials = z.object({
  name: z.string().max(200).default('admin'),
  password: z.string().min(1).max(1000),
})

/** `POST /api/admin/session` signs in, `DELETE` signs out. The token is in an HttpOnly cookie. */
export function createSessionEndpoint(
  sessions: Sessions,
  isSecure: boolean,
  trustedProxies: number,
): Endpoint {
  const attributes = {
    name: sessionCookie,
    httpOnly: true,
    sameSite: 'strict',
    path: '/',
    secure: isSecure,
  } as const
  return async (exchange) => {
    const { request, response } = exchange
    if (request.method === 'DELETE') {
      const token = sessionTokenOf(request)
      if (token !== null) await sessions.signOut(token, exchange.requestId)
      response.setHeader('set-cookie', stringifySetCookie({ ...attributes, value: '', maxAge: 0 }))
      sendJson(exchange, 200, { role: 'PUBLIC', name: null })
      return
    }
    const parsed = credentials.safeParse(await readJsonBody(request, 10_000))
    if (!parsed.success)
      throw new AppError('BAD_REQUEST', 'The body needs { "password": "…" } and may have a `name`.')
    const address = clientAddressOf(request, trustedProxies)
    const { token, seconds, actor } = await sessions.signIn({
      ...parsed.data,
      address,
      requestId: exchange.requestId,
    })
    response.setHeader('set-cookie', stringifySetCookie({ ...attributes, value: token, maxAge: seconds }))
    sendJson(exchange, 200, actor)
  }
}
