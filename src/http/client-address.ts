import type { IncomingHttpHeaders } from 'node:http'

/** What tells where a request comes from. */
export interface Visitor {
  readonly socket: { readonly remoteAddress?: string | undefined }
  readonly headers: IncomingHttpHeaders
}

/**
 * The address that a request comes from. Behind proxies it is what the outermost one that we trust has written into
 * `X-Forwarded-For`: each appends whom it was asked by, so whatever a client writes itself stands before that.
 *
 * @param trustedProxies proxies between the client and this server; 0: the connection's own address
 */
export function clientAddressOf({ socket, headers }: Visitor, trustedProxies: number): string {
  const own = socket.remoteAddress ?? 'unknown'
  if (trustedProxies === 0) return own
  const header = headers['x-forwarded-for']
  const hops = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').map((hop) => hop.trim())
  return hops.at(-trustedProxies) || own
}
