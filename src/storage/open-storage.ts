import type { Pool } from 'pg'
import { requireSettings, type Settings, type StorageBackend } from '../config.ts'
import type { ContentDriver } from './content-driver.ts'
import { createBlobDriver } from './drivers/blob.ts'
import { createFallbackDriver, type Degradation, type FallbackDriver } from './drivers/fallback.ts'
import { createFileDriver } from './drivers/file.ts'
import { createNeonDriver } from './drivers/neon.ts'

export interface Storage {
  readonly active: StorageBackend
  /** The active backend, then its fallback. */
  readonly order: readonly StorageBackend[]
  /** The active driver with its fallback. Throws a SettingsError if the active backend lacks settings. */
  readonly driver: ContentDriver
  /** The same driver as a pair; null without a fallback. */
  readonly pair: FallbackDriver | null
  /** One backend without fallback. Throws a SettingsError if its variables are missing. */
  driverOf(kind: StorageBackend): ContentDriver
  isConfigured(kind: StorageBackend): boolean
}

export type StorageSettings = Pick<
  Settings,
  'databaseUrl' | 'adminStorageBackend' | 'blobReadWriteToken' | 'adminBlobPrefix' | 'adminFilePath'
>

/**
 * Opens the configured stores without connecting. `neon` falls back to `blob`, else `file`; `blob` to `file`:
 * see docs/decisions/0007-content-state-storage.md. `onChange` reports degradation and recovery.
 */
export function openStorage(
  settings: StorageSettings,
  pool: Pool | null,
  onChange?: (status: Degradation) => void,
): Storage {
  const { adminStorageBackend: active, blobReadWriteToken: token, adminFilePath: path } = settings
  const open: Readonly<Record<StorageBackend, () => ContentDriver>> = {
    neon() {
      requireSettings('the storage backend neon', { DATABASE_URL: pool })
      return createNeonDriver(pool!)
    },
    blob() {
      requireSettings('the storage backend blob', { BLOB_READ_WRITE_TOKEN: token })
      return createBlobDriver({ token: token!, prefix: settings.adminBlobPrefix })
    },
    file() {
      requireSettings('the storage backend file', { ADMIN_FILE_PATH: path })
      return createFileDriver(path!)
    },
  }
  const opened = new Map<StorageBackend, ContentDriver>()
  const driverOf = (kind: StorageBackend) => {
    const driver = opened.get(kind) ?? open[kind]()
    opened.set(kind, driver)
    return driver
  }
  const fallback = chooseFallback(settings)
  let pair: FallbackDriver | undefined
  const openPair = (backup: StorageBackend) =>
    (pair ??= createFallbackDriver(driverOf(active), driverOf(backup), onChange))
  return {
    active,
    order: fallback === null ? [active] : [active, fallback],
    // Lazy: an operation on another backend does not need the active one.
    get driver() {
      return fallback === null ? driverOf(active) : openPair(fallback)
    },
    get pair() {
      return fallback === null ? null : openPair(fallback)
    },
    driverOf,
    isConfigured: (kind) => ({ neon: pool, blob: token, file: path })[kind] !== null,
  }
}

function chooseFallback(settings: StorageSettings): StorageBackend | null {
  const {
    adminStorageBackend: active,
    blobReadWriteToken: token,
    adminFilePath: path,
    databaseUrl,
  } = settings
  // An embedded database is somebody's own machine: a token pulled for reading must not let it write there.
  if (active === 'neon' && token !== null && databaseUrl !== null) return 'blob'
  return active !== 'file' && path !== null ? 'file' : null
}
