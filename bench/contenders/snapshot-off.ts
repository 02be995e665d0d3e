import { settingNames } from '../../src/config.ts'

/** The environment of a server that answers everything from PostgreSQL; empty where this version has no graph in memory. */
export const snapshotOff: Readonly<Record<string, string>> = settingNames.includes('KB_SNAPSHOT_MAX_MB')
  ? { KB_SNAPSHOT_MAX_MB: '0' }
  : {}
