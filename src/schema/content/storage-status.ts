import type { StorageBackend } from '../../config.ts'
import {
  storageStatus,
  type BackendStatus,
  type StorageStatus as StatusRecord,
} from '../../storage/storage-status.ts'
import { builder } from '../base/builder.ts'
import { Ops } from '../ops/ops.ts'
import { StorageBackendKind } from './storage.ts'

export function backendKind(kind: StorageBackend): typeof StorageBackendKind.$inferType {
  return ({ neon: 'NEON', blob: 'BLOB', file: 'FILE' } as const)[kind]
}

const StorageBackendStatus = builder.objectRef<BackendStatus>('StorageBackendStatus')
StorageBackendStatus.implement({
  fields: (t) => ({
    kind: t.field({ type: StorageBackendKind, resolve: ({ kind }) => backendKind(kind) }),
    configured: t.exposeBoolean('configured'),
    healthy: t.exposeBoolean('healthy'),
    latencyMs: t.exposeInt('latencyMs', { nullable: true }),
    lastError: t.exposeString('lastError', { nullable: true }),
    contentVersion: t.exposeInt('contentVersion', { nullable: true }),
    hash: t.expose('hash', { type: 'SHA256', nullable: true }),
    checkedAt: t.expose('checkedAt', { type: 'DateTime' }),
  }),
})

export const StorageStatus = builder.objectRef<StatusRecord>('StorageStatus')
StorageStatus.implement({
  fields: (t) => ({
    active: t.field({ type: StorageBackendKind, resolve: ({ active }) => backendKind(active) }),
    order: t.field({ type: [StorageBackendKind], resolve: ({ order }) => order.map(backendKind) }),
    backends: t.field({ type: [StorageBackendStatus], resolve: ({ backends }) => backends }),
    isDegraded: t.exposeBoolean('isDegraded'),
  }),
})

builder.objectFields(Ops, (t) => ({
  storage: t.field({
    type: StorageStatus,
    resolve: (_, __, { admin }) => storageStatus(admin.storage, () => new Date()),
  }),
}))
