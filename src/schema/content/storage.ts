import { builder } from '../base/builder.ts'

export const StorageBackendKind = builder.enumType('StorageBackendKind', {
  values: ['NEON', 'BLOB', 'FILE'] as const,
})
