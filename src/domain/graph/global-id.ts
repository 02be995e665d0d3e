/** Types of runs of operations. */
export const runTypes = [
  'MigrationRun',
  'ParityReport',
  'DriftReport',
  'BackupDrill',
  'ReleaseGate',
  'GenericOperation',
] as const
export type RunType = (typeof runTypes)[number]

export const nodeTypes = [
  'Entity',
  'GraphEdge',
  'MediaObject',
  'MediaDerivative',
  'Workflow',
  'WorkflowStep',
  'ProvenanceRun',
  'EntitySource',
  'EntityRevision',
  'ContentVersion',
  ...runTypes,
] as const
export type NodeType = (typeof nodeTypes)[number]

export function isRunType(type: NodeType): type is RunType {
  return (runTypes as readonly NodeType[]).includes(type)
}

/** Types with a numeric id instead of a uuid. */
const numbered: ReadonlySet<NodeType> = new Set(['ContentVersion', 'EntityRevision'])
const number = /^[1-9]\d{0,14}$/
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Base64url of `Type:uuid`; content versions use their number, revisions their feed position. */
export function encodeGlobalId(type: NodeType, id: string): string {
  return Buffer.from(`${type}:${id}`, 'latin1').toString('base64url')
}

/** The type and uuid of a global id; null if it is not valid. */
export function decodeGlobalId(globalId: string): { type: NodeType; id: string } | null {
  const text = Buffer.from(globalId, 'base64url').toString('latin1')
  const colon = text.indexOf(':')
  const type = text.slice(0, colon) as NodeType
  const id = text.slice(colon + 1)
  if (!nodeTypes.includes(type) || !(numbered.has(type) ? number : uuid).test(id)) return null
  // Canonical spelling only: Buffer's decoder ignores stray characters.
  return encodeGlobalId(type, id) === globalId ? { type, id } : null
}
