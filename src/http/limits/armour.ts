import type { GraphQLSchema } from 'graphql'
import type { Settings } from '../../config.ts'
import { readTrustedDocuments, type TrustedDocuments } from './trusted-documents.ts'

/** The limits that every request must respect. */
export interface Armour {
  readonly maxDepth: number
  readonly maxCost: number
  readonly operationTimeoutMs: number
  /** Cost points per client and minute; 0: unlimited. */
  readonly rateLimit: number
  /** Number of trusted proxies that append to `X-Forwarded-For`. */
  readonly trustedProxies: number
  readonly trustedDocuments: TrustedDocuments | null
  readonly isTrustedOnly: boolean
  /** Whether anyone may introspect the schema; otherwise operators only. */
  readonly isIntrospectable: boolean
  readonly corsOrigins: readonly string[]
  /** Origins, besides the server's own, whose pages may act for a signed-in user. */
  readonly actingOrigins: readonly string[]
  /** Skips cost analysis and timeouts, to measure their overhead. */
  readonly isOff?: boolean
}

export function createArmour(settings: Settings, schema: GraphQLSchema): Armour {
  const { maxDepth, maxCost, operationTimeoutMs, rateLimit, trustedProxies, corsOrigins } = settings
  return {
    maxDepth,
    maxCost,
    operationTimeoutMs,
    rateLimit,
    trustedProxies,
    corsOrigins,
    actingOrigins:
      settings.baseUrl === null ? corsOrigins : [...corsOrigins, new URL(settings.baseUrl).origin],
    trustedDocuments:
      settings.trustedDocuments === null ? null : readTrustedDocuments(settings.trustedDocuments, schema),
    isTrustedOnly: settings.trustedDocumentsOnly,
    isIntrospectable: !settings.production,
  }
}
