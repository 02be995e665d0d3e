import type { Pool } from 'pg'
import type { Settings, StorageBackend } from '../config.ts'
import type { ContentDriver } from './content-driver.ts'

/** The content state's stores of one process. */
export interface Storage {
  readonly active: StorageBackend
  /** The active backend, then those it falls back to. */
  readonly order: readonly StorageBackend[]
  /** What readers and editors use: the active driver, with its fallback if one is configured. */
  readonly driver: ContentDriver
  /**
   * One backend by itself, without fallback.
   *
   * @throws SettingsError naming the variables it lacks
   */
  driverOf(kind: StorageBackend): ContentDriver
  isConfigured(kind: StorageBackend): boolean
}

export type StorageSettings = Pick<
  Settings,
  'adminStorageBackend' | 'blobReadWriteToken' | 'adminBlobPrefix' | 'adminFilePath'
>

/** @param pool null where no database is configured: `neon` is then not. */
export declare function openStorage(settings: StorageSettings, pool: Pool | null): Storage
