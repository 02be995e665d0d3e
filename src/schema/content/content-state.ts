import type { ContentIssue } from '../../domain/constellation/content-issue.ts'
import { encodeGlobalId } from '../../domain/graph/global-id.ts'
import { resolvePointer } from '../../domain/json/pointer.ts'
import {
  getContentDiff,
  getContentState,
  getContentVersion,
  getOwnDiff,
  getStateOf,
  listContentVersions,
  type ContentDiffRecord,
  type ContentStateRecord,
  type ContentVersionRecord,
} from '../../resolvers/content-state.ts'
import { reviewContent } from '../../storage/content-store.ts'
import { builder } from '../base/builder.ts'
import { connectionOf, pagingArguments, wantedOf } from '../base/connection.ts'
import { DiffCounts } from '../history/diff-counts.ts'
import { withDirectives } from '../base/directives.ts'
import { Node } from '../base/node.ts'
import { requiresRole } from '../base/roles.ts'
import { selectionOf } from '../base/selection.ts'
import { backendKind } from './storage-status.ts'
import { StorageBackendKind } from './storage.ts'
import { Issue } from '../base/user-errors.ts'

export const ContentState = builder.objectRef<ContentStateRecord>('ContentState')
ContentState.implement({
  description: "The editor's whole JSON (admin_content_state).",
  fields: (t) => ({
    version: t.exposeInt('version'),
    etag: t.string({
      description: 'Strong entity tag; the same as the REST ETag.',
      resolve: ({ hash }) => `"${hash}"`,
    }),
    state: t.expose('state', { type: 'JSON' }),
    section: t.field({
      type: 'JSON',
      nullable: true,
      args: { pointer: t.arg.string({ required: true }) },
      resolve: ({ state }, { pointer }) => resolvePointer(state, pointer) ?? null,
    }),
    byteSize: t.int({ resolve: ({ state }) => Buffer.byteLength(JSON.stringify(state)) }),
    hash: t.expose('hash', { type: 'SHA256' }),
    backend: t.field({ type: StorageBackendKind, resolve: ({ backend }) => backendKind(backend) }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime' }),
    updatedBy: t.exposeString('updatedBy', { nullable: true }),
  }),
})

const ContentDiff = builder.objectRef<ContentDiffRecord>('ContentDiff')
ContentDiff.implement({
  fields: (t) => ({
    from: t.exposeInt('from'),
    to: t.exposeInt('to'),
    patch: t.expose('patch', { type: 'JSON', description: 'RFC 6902.' }),
    summary: t.expose('summary', { type: DiffCounts }),
  }),
})

export const ContentVersion = builder.objectRef<ContentVersionRecord>('ContentVersion')
ContentVersion.implement({
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ resolve: ({ version }) => encodeGlobalId('ContentVersion', String(version)) }),
    version: t.exposeInt('version'),
    state: t.field({
      type: 'JSON',
      resolve: (version, _, { admin }) => version.state ?? getStateOf(admin.storage.driver, version),
    }),
    hash: t.expose('hash', { type: 'SHA256' }),
    note: t.exposeString('note', { nullable: true }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    createdBy: t.exposeString('createdBy'),
    restoredFrom: t.exposeInt('restoredFrom', { nullable: true }),
    diff: t.field({
      type: ContentDiff,
      description: 'Against the version before.',
      resolve: (version, _, { admin }) => getOwnDiff(admin.storage.driver, version),
    }),
  }),
})

const ContentVersionConnection = connectionOf<ContentVersionRecord>(
  () => ContentVersion,
  'ContentVersionConnection',
  'ContentVersionEdge',
)

interface ValidationShape {
  readonly isValid: boolean
  readonly issues: readonly ContentIssue[]
}
const ContentValidation = builder.objectRef<ValidationShape>('ContentValidation')
ContentValidation.implement({
  fields: (t) => ({
    isValid: t.exposeBoolean('isValid'),
    issues: t.field({ type: [Issue], resolve: ({ issues }) => issues }),
  }),
})

const Admin = builder.objectRef<object>('Admin')
Admin.implement({
  fields: (t) => ({
    contentState: t.field({ type: ContentState, resolve: (_, __, { admin }) => getContentState(admin) }),
    history: t.field({
      type: ContentVersionConnection,
      args: pagingArguments,
      resolve: (_, args, context, info) => listContentVersions(context, args, wantedOf(selectionOf(info))),
    }),
    version: t.field({
      type: ContentVersion,
      nullable: true,
      args: { version: t.arg.int({ required: true }) },
      resolve: (_, { version }, { admin }) => getContentVersion(admin.storage.driver, version),
    }),
    diff: t.field({
      type: ContentDiff,
      args: { from: t.arg.int({ required: true }), to: t.arg.int({ required: true }) },
      resolve: (_, { from, to }, { admin }) => getContentDiff(admin.storage.driver, from, to),
    }),
    validate: t.field({
      type: ContentValidation,
      description: 'Check a state without saving it.',
      args: { state: t.arg({ type: 'JSON', required: true }) },
      resolve: (_, { state }) => reviewContent(state),
    }),
  }),
})

builder.queryFields((t) => ({
  admin: t.field({
    type: Admin,
    nullable: true,
    ...withDirectives(requiresRole('EDITOR')),
    resolve: () => ({}),
  }),
}))
