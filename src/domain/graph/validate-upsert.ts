import { orientEdge } from './content-hash.ts'
import type { ContentIssue } from '../constellation/content-issue.ts'
import type { EdgeContent, EntityContent } from './graph-content.ts'
import { hashEdge } from './content-hash.ts'
import { validateEdge } from './validate-edge.ts'
import { validateEntity, type VocabularyFacts } from './validate-entity.ts'
import { createWork, mostWork } from '../work.ts'

export const mostUpserts = { entities: 5_000, edges: 20_000 } as const
const mostIssues = 200

/** The first {@link mostIssues} problems; `kindsThere` has the kinds of ends that already exist. */
export function validateUpsert(
  entities: readonly EntityContent[],
  edges: readonly EdgeContent[],
  vocabulary: VocabularyFacts,
  kindsThere: ReadonlyMap<string, string>,
): ContentIssue[] {
  const issues: ContentIssue[] = []
  for (const [what, list] of [
    ['entities', entities],
    ['edges', edges],
  ] as const)
    if (list.length > mostUpserts[what])
      issues.push({
        pointer: `/${what}`,
        message: `writes ${mostUpserts[what]} ${what} at most at a time; send the rest after them`,
        rule: `${what}.count`,
        allowed: mostUpserts[what],
      })
  if (issues.length > 0) return issues
  const given = new Map<string, string>()
  const work = createWork(10 * mostWork)
  entities.forEach((entity, index) => {
    issues.push(...validateEntity(entity, vocabulary, `/entities/${index}`, work))
    if (given.has(entity.slug))
      issues.push({
        pointer: `/entities/${index}/slug`,
        message: `${entity.slug} is there more than once`,
        rule: 'slug.distinct',
      })
    given.set(entity.slug, entity.kind)
  })
  const kindOf = (slug: string) => given.get(slug) ?? kindsThere.get(slug)
  const hashes = new Map<string, string>()
  edges.forEach((edge, index) => {
    const pointer = `/edges/${index}`
    const [source, target] = [kindOf(edge.source), kindOf(edge.target)]
    for (const end of ['source', 'target'] as const)
      if (kindOf(edge[end]) === undefined)
        issues.push({
          pointer: `${pointer}/${end}`,
          message: `there is no entity ${edge[end]}, neither here nor in the graph`,
          rule: 'entity.known',
        })
    if (source === undefined || target === undefined) return
    const found = validateEdge(edge, { source, target }, vocabulary, pointer)
    issues.push(...found)
    if (found.length > 0) return
    const oriented = orientEdge(edge, vocabulary.relations.get(edge.relation)!.isSymmetric)
    const key = `${oriented.source}|${oriented.relation}|${oriented.target}`
    const hash = hashEdge(oriented)
    if ((hashes.get(key) ?? hash) !== hash)
      issues.push({ pointer, message: `${key} is there twice, and says two things`, rule: 'edge.distinct' })
    hashes.set(key, hash)
  })
  return issues.slice(0, mostIssues)
}
