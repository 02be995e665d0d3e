import type { IncomingHttpHeaders } from 'node:http'

export interface Visitor {
  readonly socket: { readonly remoteAddress?: string | undefined }
  readonly headers: IncomingHttpHeaders
}

/** The client's address: trusted proxies append to `X-Forwarded-For`, and clients can forge only the entries before theirs. */
export function clientAddressOf({ socket, headers }: Visitor, trustedProxies: number): string {
  const own = socket.remoteAddress ?? 'unknown'
  if (trustedProxies === 0) return own
  const header = headers['x-forwarded-for']
  const hops = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').map((hop) => hop.trim())
  return hops.at(-trustedProxies) || own
}
