import type { Pool } from 'pg'
import { readRun } from '../database/operations/runs.ts'
import { decodeGlobalId, isRunType, type NodeType, type RunType } from '../domain/graph/global-id.ts'
import { maximumPageSize } from '../domain/paging/page.ts'
import { hasRole, type Actor } from '../domain/access/role.ts'
import { AppError } from '../errors.ts'
import type { EdgeFields, EntityFields } from '../readers/graph-reader.ts'
import type { MaybePromise } from '../readers/record.ts'
import type { Reader } from '../readers/reader.ts'
import type { Storage } from '../storage/open-storage.ts'
import { map } from './list.ts'

export interface NodeRecord {
  readonly id: string
  readonly nodeType: NodeType
}
interface WantedOfNode {
  readonly entity: EntityFields
  readonly edge: EdgeFields
}

export interface NodeContext {
  readonly reader: Reader
  readonly actor: Actor
  readonly admin: { readonly pool: Pool; readonly storage: Pick<Storage, 'driver'> }
}

/** Finds a published or permitted object by global id; null if it is missing, hidden or foreign. */
export function findNode(
  { reader, actor, admin }: NodeContext,
  globalId: string,
  wanted: WantedOfNode,
): MaybePromise<NodeRecord | null> {
  const decoded = decodeGlobalId(globalId)
  if (!decoded) return null
  const { type, id } = decoded
  if (isRunType(type)) return hasRole(actor, 'OPERATOR') ? findRun(admin.pool, type, id) : null
  if (type === 'ContentVersion') return hasRole(actor, 'EDITOR') ? findVersion(admin.storage, id) : null
  return map<{ id: string } | null, NodeRecord | null>(read(reader, type, id, wanted), (row) =>
    row ? { ...row, nodeType: type } : null,
  )
}

async function findRun(pool: Pool, type: RunType, id: string): Promise<NodeRecord | null> {
  const run = await readRun(pool, id)
  return run === null ? null : { ...run, nodeType: type }
}

async function findVersion({ driver }: Pick<Storage, 'driver'>, id: string): Promise<NodeRecord | null> {
  const version = await driver.readVersion(Number(id))
  return version === null ? null : { ...version, id, nodeType: 'ContentVersion' }
}

function read(
  reader: Reader,
  type: Exclude<NodeType, RunType | 'ContentVersion'>,
  id: string,
  wanted: WantedOfNode,
): MaybePromise<{ id: string } | null> {
  switch (type) {
    case 'EntityRevision':
      return reader.revision(id)
    case 'Entity':
      return reader.entity({ by: 'id', id }, wanted.entity)
    case 'GraphEdge':
      return reader.edge(id, wanted.edge)
    case 'MediaObject':
      return reader.media({ by: 'id', id })
    case 'MediaDerivative':
      return reader.derivative(id)
    case 'Workflow':
      return reader.workflow({ by: 'id', id })
    case 'WorkflowStep':
      return reader.step(id)
    case 'ProvenanceRun':
      return reader.provenanceRun({ by: 'id', id })
    case 'EntitySource':
      return reader.source(id)
  }
}

/** Like {@link findNode} for many ids, in order. Throws BAD_REQUEST for more than a page of ids. */
export function findNodes(context: NodeContext, ids: readonly string[], wanted: WantedOfNode) {
  if (ids.length > maximumPageSize)
    throw new AppError(
      'BAD_REQUEST',
      `\`ids\` has ${ids.length} items; at most ${maximumPageSize} are allowed.`,
      {
        argument: 'ids',
      },
    )
  return ids.map((id) => findNode(context, id, wanted))
}
