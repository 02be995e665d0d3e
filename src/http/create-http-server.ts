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
  /** `PUT /api/uploads/:id`. */
  readonly answerUpload: Endpoint
  /** Whoever answers the public at the moment. */
  readonly reader: () => ConstellationSource &
    ReturnType<MediaOptions['reader']> &
    ReturnType<GraphqlOptions['reader']>
  readonly readReadiness: () => Promise<Omit<Readiness, 'draining'>>
  /** Seconds after which a graph that cannot follow its database makes the server not ready; 0: never. */
  readonly maxGraphAge: number
  readonly sessions: Sessions
  readonly readOverview: () => Promise<Overview>
  readonly metrics: Metrics
  readonly log: Log
}

export interface HttpServer {
  /** Starts to listen; gives the address, with the port in fact taken. */
  listen(host: string, port: number): Promise<string>
  /**
   * Not ready from now on. Whatever comes is still answered, and each answer closes its connection, so that clients and balancers
   * go elsewhere before {@link stop} closes the door.
   */
  drain(): void
  /** Drains; ends when no request is in flight, or cuts those off that last longer than `graceMs`. */
  stop(graceMs: number): Promise<void>
}

/** Milliseconds that a connection may be idle. */
const keepAliveMs = 65_000

/** For which connections that were just opened are waited for. */
const settleMs = 500

/** All HTTP doors behind one server: GraphQL, the REST endpoints, and the answers to what is neither. */
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
      // After an answer that closes the connection comes no other, so nothing else may be done.
      if (closing.has(request.socket)) return
      inFlight++
      malformed.begin(response)
      response.once('close', () => {
        if (--inFlight === 0) whenIdle()
      })
      // No protocol is switched to; Node then loses what comes behind the request, so the client must send it anew.
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
      // The door stays open meanwhile, so that a load balancer can see that the server is not ready.
      if (inFlight > 0)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, graceMs)
          whenIdle = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      // Ends idle connections, too. Those that were just opened may be about to ask, and are answered.
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      const timer = setTimeout(() => server.closeAllConnections(), settleMs)
      await closed
      clearTimeout(timer)
    },
  }
}

/**
 * Looks whether a port can be listened on, before a database is opened for it.
 *
 * @throws SettingsError that names PORT or HOST
 */
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
      `HOST ${host} is no address of this machine; set HOST to 127.0.0.1 or 0.0.0.0.`,
    ])
  return error
}
