import type { ContentIssue } from '../constellation/content-issue.ts'
import type { EdgeContent } from './graph-content.ts'
import { attributesIssues, nameIssues, unknownName } from '../text/text-issues.ts'
import type { VocabularyFacts } from './validate-entity.ts'

export interface EndKinds {
  readonly source: string
  readonly target: string
}

export function statementIssues(
  { label, attributes }: { readonly label?: string | null | undefined; readonly attributes?: unknown },
  pointer = '',
): ContentIssue[] {
  return [
    ...(label == null ? [] : nameIssues(label, `${pointer}/label`, 'label')),
    ...attributesIssues(attributes, `${pointer}/attributes`),
  ]
}

/** Every problem of an edge whose ends exist. Symmetric relations are oriented later. */
export function validateEdge(
  edge: Pick<EdgeContent, 'relation' | 'label' | 'weight' | 'attributes'>,
  ends: EndKinds,
  { relations }: VocabularyFacts,
  pointer = '',
): ContentIssue[] {
  const issues = [...statementIssues(edge, pointer)]
  const relation = relations.get(edge.relation)
  if (relation === undefined)
    return [unknownName(`${pointer}/relation`, 'relation', edge.relation, relations.keys()), ...issues]
  const { sourceKinds, targetKinds, isSymmetric } = relation
  const isAllowed = (kinds: readonly string[], kind: string) => kinds.length === 0 || kinds.includes(kind)
  const fits = (source: string, target: string) =>
    isAllowed(sourceKinds, source) && isAllowed(targetKinds, target)
  if (fits(ends.source, ends.target) || (isSymmetric && fits(ends.target, ends.source))) return issues
  for (const [end, kinds] of [
    ['source', sourceKinds],
    ['target', targetKinds],
  ] as const)
    if (!isAllowed(kinds, ends[end]))
      issues.push({
        pointer: `${pointer}/${end}`,
        message: `${edge.relation} has no ${end} of kind ${ends[end]}`,
        rule: `relation.${end}-kind`,
        allowed: kinds,
      })
  return issues
}
