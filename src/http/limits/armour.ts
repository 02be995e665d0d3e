import type { GraphQLSchema } from 'graphql'
import type { Settings } from '../../config.ts'
import { readTrustedDocuments, type TrustedDocuments } from './trusted-documents.ts'

/** What the doors hold requests to. */
export interface Armour {
  readonly maxDepth: number
  readonly maxCost: number
  readonly operationTimeoutMs: number
  /** Points of cost that a client may spend a minute; 0: any number. */
  readonly rateLimit: number
  /** Proxies between clients and this server whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: number
  readonly trustedDocuments: TrustedDocuments | null
  readonly isTrustedOnly: boolean
  /** Whether anybody may read the schema from the server; else operators only. */
  readonly isIntrospectable: boolean
  /** Origins whose pages may read answers. */
  readonly corsOrigins: readonly string[]
  /** Origins whose pages may act for who is signed in, beside the server's own. */
  readonly actingOrigins: readonly string[]
  /** Leaves out what weighs and times operations, to measure what that costs. */
  readonly isOff?: boolean
}

/** @throws SettingsError where the trusted documents cannot be read or do not fit the schema */
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
