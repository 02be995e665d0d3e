import type { ContentIssue } from './constellation/content-issue.ts'

/** A node of the API by type and uuid; it is read afresh for display. */
export interface NodeReference {
  readonly nodeType: 'Entity' | 'GraphEdge' | 'MediaObject' | 'Workflow' | 'WorkflowStep'
  readonly id: string
}

/** Why a mutation changed nothing, as data for the client. */
export type Refusal =
  | { readonly kind: 'invalid'; readonly issues: readonly ContentIssue[] }
  | { readonly kind: 'not-found'; readonly subject: string; readonly message: string }
  | { readonly kind: 'duplicate'; readonly message: string; readonly existing: NodeReference | null }
  | { readonly kind: 'in-use'; readonly message: string; readonly usedBy: readonly NodeReference[] }
  | {
      readonly kind: 'conflict'
      readonly message: string
      readonly expectedRevision: number
      readonly currentRevision: number
      readonly current: NodeReference | null
      readonly suggestedMerge: unknown
    }

/** Thrown inside a mutation's transaction to roll it back; the refusal becomes the response. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.kind === 'invalid' ? 'The input has problems.' : refusal.message)
    this.refusal = refusal
  }
}

export function refuseIssues(issues: readonly ContentIssue[]): void {
  if (issues.length > 0) throw new RefusedError({ kind: 'invalid', issues })
}
