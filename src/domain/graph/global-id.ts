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

/** Types that have a global id. */
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

/** Types whose id is a number, and not a uuid. */
const numbered: ReadonlySet<NodeType> = new Set(['ContentVersion', 'EntityRevision'])
const number = /^[1-9]\d{0,14}$/
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** The opaque id of a row: base64url of `Type:uuid`; content versions have their number, the same in every
 * store, and revisions their place in the feed. */
export function encodeGlobalId(type: NodeType, id: string): string {
  return Buffer.from(`${type}:${id}`, 'latin1').toString('base64url')
}

/** The type and uuid of a global id, or null if it is none of ours. */
export function decodeGlobalId(globalId: string): { type: NodeType; id: string } | null {
  const text = Buffer.from(globalId, 'base64url').toString('latin1')
  const colon = text.indexOf(':')
  const type = text.slice(0, colon) as NodeType
  const id = text.slice(colon + 1)
  if (!nodeTypes.includes(type) || !(numbered.has(type) ? number : uuid).test(id)) return null
  // Only the canonical spelling: Buffer's decoder overlooks stray characters.
  return encodeGlobalId(type, id) === globalId ? { type, id } : null
}
