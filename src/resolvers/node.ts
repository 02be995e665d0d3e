import { decodeGlobalId, type NodeType } from '../domain/global-id.ts'
import { maximumPageSize } from '../domain/page.ts'
import { AppError } from '../errors.ts'
import type { EdgeFields, EntityFields, MaybePromise } from '../readers/graph-reader.ts'
import type { Reader } from '../readers/reader.ts'
import { map } from './list.ts'

/** A row that says which type of the API it is. */
export interface NodeRecord {
  readonly id: string
  readonly nodeType: NodeType
}
interface WantedOfNode {
  readonly entity: EntityFields
  readonly edge: EdgeFields
}

/**
 * The published thing with a global id; null for what is not there, not visible, or no id of ours.
 */
export function findNode(
  reader: Reader,
  globalId: string,
  wanted: WantedOfNode,
): MaybePromise<NodeRecord | null> {
  const decoded = decodeGlobalId(globalId)
  if (!decoded) return null
  const { type, id } = decoded
  return map<{ id: string } | null, NodeRecord | null>(read(reader, type, id, wanted), (row) =>
    row ? { ...row, nodeType: type } : null,
  )
}

function read(
  reader: Reader,
  type: NodeType,
  id: string,
  wanted: WantedOfNode,
): MaybePromise<{ id: string } | null> {
  switch (type) {
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

/**
 * Many at once, in the order of the ids.
 *
 * @throws AppError BAD_REQUEST for more ids than a page may have rows
 */
export function findNodes(reader: Reader, ids: readonly string[], wanted: WantedOfNode) {
  if (ids.length > maximumPageSize)
    throw new AppError(
      'BAD_REQUEST',
      `\`ids\` has ${ids.length} items; at most ${maximumPageSize} are allowed.`,
      {
        argument: 'ids',
      },
    )
  return ids.map((id) => findNode(reader, id, wanted))
}
