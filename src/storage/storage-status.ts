import type { StorageBackend } from '../config.ts'
import { instantOf } from '../domain/timestamp.ts'
import type { ContentVersionHead } from './content-driver.ts'
import type { Storage } from './open-storage.ts'

export interface BackendStatus {
  readonly kind: StorageBackend
  readonly configured: boolean
  /** False if it is not configured. */
  readonly healthy: boolean
  readonly latencyMs: number | null
  readonly lastError: string | null
  /** Null if it has none or is unreachable. */
  readonly contentVersion: number | null
  readonly hash: string | null
  /** RFC 3339 in UTC with six digits. */
  readonly checkedAt: string
}

export interface StorageStatus {
  readonly active: StorageBackend
  readonly order: readonly StorageBackend[]
  readonly backends: readonly BackendStatus[]
  /** A backend is down, or the fallback lacks the current version. */
  readonly isDegraded: boolean
}

/** Queries every configured backend for its current version. Never throws: it reports outages. */
export async function storageStatus(storage: Storage, now: () => Date): Promise<StorageStatus> {
  const kinds: StorageBackend[] = ['neon', 'blob', 'file']
  const backends = await Promise.all(kinds.map((kind) => askBackend(storage, kind, now)))
  const inOrder = storage.order.map((kind) => backends.find((backend) => backend.kind === kind)!)
  const [active] = inOrder
  const isDegraded = inOrder.some(({ healthy, hash }) => !healthy || hash !== active?.hash)
  return { active: storage.active, order: storage.order, backends, isDegraded }
}

async function askBackend(storage: Storage, kind: StorageBackend, now: () => Date): Promise<BackendStatus> {
  const status = (facts: Partial<BackendStatus>, head: ContentVersionHead | null = null): BackendStatus => ({
    kind,
    configured: true,
    healthy: true,
    latencyMs: null,
    lastError: null,
    contentVersion: head?.version ?? null,
    hash: head?.hash ?? null,
    checkedAt: instantOf(now()),
    ...facts,
  })
  if (!storage.isConfigured(kind)) return status({ configured: false, healthy: false })
  const start = performance.now()
  try {
    const head = await storage.driverOf(kind).readHead()
    return status({ latencyMs: Math.round(performance.now() - start) }, head)
  } catch (error) {
    return status({ healthy: false, lastError: error instanceof Error ? error.message : String(error) })
  }
}
