import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { SettingsError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Overview } from '../resolvers/overview.ts'
import type { Sessions } from '../resolvers/session.ts'
import { answerHealth } from './endpoints/health.ts'
import { createConstellationEndpoint } from './endpoints/constellation.ts'
import type { ConstellationSource } from './endpoints/constellation.ts'
import type { Endpoint } from './exchange.ts'
import { createDispatcher } from './dispatch.ts'
import type { Route } from './dispatch.ts'
import { createGraphqlEndpoint } from './graphql/endpoint.ts'
import type { GraphqlOptions } from './graphql/endpoint.ts'
import { createMediaEndpoint, type MediaOptions } from './endpoints/media.ts'
import { createOverviewEndpoint } from './endpoints/overview.ts'
import { createReadinessEndpoint } from './endpoints/readiness.ts'
import type { Readiness } from './endpoints/readiness.ts'
import type { Metrics } from './metrics/metrics.ts'
import { createMetricsEndpoint } from './metrics/endpoint.ts'
import { createMalformedRefusal } from './refuse-malformed.ts'
import { createSessionEndpoint } from './endpoints/session.ts'

export interface HttpOptions extends GraphqlOptions, Pick<MediaOptions, 'mediaDir' | 'cursorKey'> {
  readonly answerUpload: Endpoint
  readonly reader: () => ConstellationSource &
    ReturnType<MediaOptions['reader']> &
    ReturnType<GraphqlOptions['reader']>
  readonly readReadiness: () => Promise<Omit<Readiness, 'draining'>>
  /** Seconds without following the database after which the server is not ready; 0: never. */
  readonly maxGraphAge: number
  readonly sessions: Sessions
  readonly readOverview: () => Promise<Overview>
  readonly metrics: Metrics
  readonly log: Log
}

export interface HttpServer {
  /** Starts listening and returns the address with the actual port. */
  listen(host: string, port: number): Promise<string>
  /** Reports not ready, and closes each connection after its response, so that clients move away before {@link stop}. */
  drain(): void
  /** Drains and closes; cuts off requests still in flight after `graceMs`. */
  stop(graceMs: number): Promise<void>
}

/** Idle timeout of a connection. */
const keepAliveMs = 65_000

/** Grace period for connections that were just opened. */
const settleMs = 500

export function createHttpServer(options: HttpOptions): HttpServer {
  let isDraining = false
  let inFlight = 0
  let whenIdle: () => void = () => undefined
  const { isSecure, armour, log } = options
  const { answer: graphql, fastPath } = createGraphqlEndpoint(options)
  const readReadiness = async () => ({ ...(await options.readReadiness()), draining: isDraining })
  const routes: Route[] = [
    { path: '/graphql', methods: null, answer: graphql },
    { path: '/healthz', methods: ['GET', 'HEAD'], answer: answerHealth },
    {
      path: '/metrics',
      methods: ['GET', 'HEAD'],
      answer: createMetricsEndpoint(options.metrics, options.sessions, armour.isIntrospectable),
    },
    {
      path: '/readyz',
      methods: ['GET', 'HEAD'],
      answer: createReadinessEndpoint(readReadiness, options.maxGraphAge),
    },
    {
      path: '/api/constellation',
      methods: ['GET', 'HEAD'],
      answer: createConstellationEndpoint(options.reader),
    },
    {
      path: '/api/admin/session',
      methods: ['POST', 'DELETE'],
      answer: createSessionEndpoint(options.sessions, isSecure, armour.trustedProxies),
    },
    {
      path: '/api/admin/overview',
      methods: ['GET', 'HEAD'],
      answer: createOverviewEndpoint(options.sessions, options.readOverview),
    },
    { path: '/api/uploads/*', methods: ['PUT'], answer: options.answerUpload },
    { path: '/media/*', methods: ['GET', 'HEAD'], answer: createMediaEndpoint(options) },
  ]
  if (options.hasGraphiql)
    routes.push({
      path: '/',
      methods: ['GET', 'HEAD'],
      answer: ({ response }) => void response.writeHead(307, { location: '/graphql' }).end(),
    })
  const dispatch = createDispatcher(routes, {
    isSecure,
    corsOrigins: armour.corsOrigins,
    actingOrigins: armour.actingOrigins,
    metrics: options.metrics,
    log,
  })
  const answerByRoute = (request: IncomingMessage, response: ServerResponse) =>
    void dispatch(request, response)
  const malformed = createMalformedRefusal()
  const closing = new WeakSet<Socket>()
  const server = createServer(
    {
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: keepAliveMs,
      connectionsCheckingInterval: 5_000,
    },
    (request, response) => {
      // A response that closes the connection is the last one on it.
      if (closing.has(request.socket)) return
      inFlight++
      malformed.begin(response)
      response.once('close', () => {
        if (--inFlight === 0) whenIdle()
      })
      // Upgrades are not supported. Node loses whatever follows such a request, so the client must resend it.
      if (isDraining || request.headers.upgrade !== undefined) {
        closing.add(request.socket)
        response.setHeader('connection', 'close')
        answerByRoute(request, response)
      } else fastPath.answer(request, response, answerByRoute)
    },
  )
  server.on('clientError', malformed.refuse)

  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.once('error', (error: NodeJS.ErrnoException) => reject(explainListening(error, host, port)))
        server.listen(port, host, () => resolve(urlOf(server.address() as AddressInfo)))
      }),
    drain: () => void (isDraining = true),
    async stop(graceMs) {
      isDraining = true
      // Stay open meanwhile, so that a load balancer sees that the server is not ready.
      if (inFlight > 0)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, graceMs)
          whenIdle = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      // Idle connections close, too. New ones may be about to send a request, which is answered.
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      const timer = setTimeout(() => server.closeAllConnections(), settleMs)
      await closed
      clearTimeout(timer)
    },
  }
}

/** Checks that a port is free before a database is opened; throws a SettingsError naming PORT or HOST. */
export async function requireFreePort(host: string, port: number): Promise<void> {
  const probe = createServer()
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error: NodeJS.ErrnoException) => reject(explainListening(error, host, port)))
    probe.listen(port, host, () => probe.close(() => resolve()))
  })
}

function urlOf({ address, family, port }: AddressInfo): string {
  const isEverywhere = address === '0.0.0.0' || address === '::'
  const host = isEverywhere ? 'localhost' : family === 'IPv6' ? `[${address}]` : address
  return `http://${host}:${port}`
}

function explainListening(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE')
    return new SettingsError([
      `PORT ${port} is taken by another process; stop that one, or set PORT to a free port.`,
    ])
  if (error.code === 'EACCES')
    return new SettingsError([`PORT ${port} may not be used by this account; set PORT to 1024 or more.`])
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN')
    return new SettingsError([
      `HOST ${host} is not an address of this machine; set HOST to 127.0.0.1 or 0.0.0.0.`,
    ])
  return error
}
