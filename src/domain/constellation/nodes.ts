import { canonicalJson } from '../json/canonical-json.ts'
import {
  asNumber,
  asObject,
  asShortText,
  asText,
  asTitle,
  asWebUrl,
  takeAttributes,
  takeStatus,
  takeTags,
} from './fields.ts'
import { readEntries, readItem, type Issues, type ItemReader, type ListEntry } from './item.ts'
import { defaultKind, type ConstellationVocabulary } from './vocabulary.ts'
import type { EntityContent } from '../graph/graph-content.ts'
import type { JsonObject } from '../json/value.ts'
import { createSlugRegister, isKey, keyOf, slugOf } from '../graph/slug.ts'

const titleFields = ['title', 'label', 'name']

/** What a reference to a node by id or slug resolves to. */
export type NodeMatch = { readonly slug: string } | { readonly reason: string }

export interface ConstellationNodes {
  readonly entities: EntityContent[]
  /** JSON pointer from the payload's root, by slug. */
  readonly pointers: ReadonlyMap<string, string>
  find(reference: string): NodeMatch
}

interface Candidate {
  readonly item: ItemReader
  readonly id: string | null
  readonly slug: string | null
  readonly title: string | null
  final: string
}

export function readNodes(
  payload: JsonObject,
  vocabulary: ConstellationVocabulary,
  issues: Issues,
): ConstellationNodes {
  const candidates = readCandidates(payload, issues)
  assignSlugs(candidates)
  const entities = candidates.map((candidate) => toEntity(candidate, vocabulary))
  return {
    entities,
    pointers: new Map(candidates.map(({ final, item }) => [final, item.pointer])),
    find: createNodeIndex(candidates),
  }
}

function readCandidates(payload: JsonObject, issues: Issues): Candidate[] {
  const candidates: Candidate[] = []
  const seen = new Map<string, ListEntry>()
  for (const entry of readEntries(payload, 'nodes', issues)) {
    const item = readItem(entry, issues)
    const id = item.take(['id'], asShortText) ?? entry.name
    const slug = item.take(['slug'], asShortText)
    const title = item.take(titleFields, asTitle)
    const identity = id ?? slug
    if (identity === null && title === null) {
      issues.refused.push({ pointer: entry.pointer, reason: 'has neither `id`, `slug` nor `title`' })
      continue
    }
    const key = identity === null ? `title ${canonicalJson(entry.value)}` : `id ${identity}`
    const former = seen.get(key)
    if (former === undefined) {
      seen.set(key, entry)
      candidates.push({ item, id, slug, title, final: '' })
    } else if (canonicalJson(former.value) === canonicalJson(entry.value)) {
      issues.warnings.push({ pointer: entry.pointer, reason: `the same as ${former.pointer}; taken once` })
    } else {
      const reason = `\`${identity}\` already stands at ${former.pointer} with other content, which is kept`
      issues.refused.push({ pointer: entry.pointer, reason })
    }
  }
  return candidates
}

/** Given slugs are assigned first, so that generated ones never take them. */
function assignSlugs(candidates: readonly Candidate[]): void {
  const register = createSlugRegister()
  const ids = new Set(candidates.map(({ id }) => id))
  const isGiven = ({ slug }: Candidate) => slug !== null && isKey(slug)
  const isPlain = ({ id, slug, title }: Candidate) =>
    slug === null && id !== null && isKey(id) && !(isOpaque(id) && title !== null)
  const rank = (candidate: Candidate) => (isGiven(candidate) ? 0 : isPlain(candidate) ? 1 : 2)
  for (const candidate of [0, 1, 2].flatMap((wanted) => candidates.filter((one) => rank(one) === wanted))) {
    const { item, id, slug, title } = candidate
    const wish =
      slug !== null
        ? keyOf(slug)
        : id !== null && !(title !== null && isOpaque(id))
          ? keyOf(id)
          : slugOf(title ?? '')
    candidate.final = register.take(wish)
    // A node known only by its slug would be mistaken for the node with that id.
    if (id === null && slug === null) while (ids.has(candidate.final)) candidate.final = register.take(wish)
    if (slug !== null && slug !== candidate.final)
      item.warn(`the slug becomes \`${candidate.final}\``, 'slug')
    else if (wish !== candidate.final)
      item.warn(`\`${wish}\` is another node's slug; this one is \`${candidate.final}\``)
  }
}

/** An id not worth reading: a number, a UUID or other hexadecimal text, or symbols only. */
function isOpaque(id: string): boolean {
  return (
    /^[\d\s.-]+$/.test(id) ||
    /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$|^[0-9a-f]{16,}$/i.test(id) ||
    !/[\p{L}\p{N}]/u.test(id)
  )
}

function toEntity({ item, id, final, title }: Candidate, vocabulary: ConstellationVocabulary): EntityContent {
  const kind = item.take(['kind', 'type'], asShortText)
  const domain = item.take(['domain'], asShortText)
  const given = { summary: item.take(['summary', 'description'], asText), url: item.take(['url'], asWebUrl) }
  const status = takeStatus(item)
  const tags = takeTags(item)
  const position = item.take(['position'], asPlace) ?? takePlace(item)
  const weight = item.take(['weight'], asNumber)
  const attributes = takeAttributes(item, id !== null && id !== final ? { legacyId: id } : {})
  const shown = title ?? (id === null ? final : (asTitle(id) ?? final))
  if (title === null && item.has(titleFields)) item.warn(`has no usable title; its title is \`${shown}\``)
  return {
    slug: final,
    kind: vocabulary.kinds.use(kind ?? defaultKind, kind === null ? null : item),
    domain: domain === null ? null : vocabulary.domains.use(domain, item),
    title: shown,
    ...given,
    status,
    tags,
    attributes,
    position,
    weight,
  }
}

const asPlace = (value: Parameters<typeof asObject>[0]) => {
  const place = asObject(value)
  if (place === undefined || Object.keys(place).length !== 2) return undefined
  const x = asNumber(place['x'] ?? null)
  const y = asNumber(place['y'] ?? null)
  return x === undefined || y === undefined ? undefined : { x, y }
}

/** `x` and `y` count only together; one alone stays an attribute. */
function takePlace(item: ItemReader): EntityContent['position'] {
  const rest = item.rest()
  const x = asNumber(rest.get('x') ?? null)
  const y = asNumber(rest.get('y') ?? null)
  if (x === undefined || y === undefined) return null
  item.take(['x'], asNumber)
  item.take(['y'], asNumber)
  return { x, y }
}

function createNodeIndex(candidates: readonly Candidate[]): ConstellationNodes['find'] {
  const exact = new Map<string, string>()
  const folded = new Map<string, Set<string>>()
  for (const name of ['id', 'final', 'slug'] as const) {
    for (const candidate of candidates) {
      const written = candidate[name]
      if (written === null) continue
      if (!exact.has(written)) exact.set(written, candidate.final)
      const key = keyOf(written.toLowerCase())
      folded.set(key, (folded.get(key) ?? new Set()).add(candidate.final))
    }
  }
  return (reference) => {
    const slug = exact.get(reference)
    if (slug !== undefined) return { slug }
    const near = [...(folded.get(keyOf(reference.toLowerCase())) ?? [])]
    if (near.length === 1) return { slug: near[0] as string }
    const reason =
      near.length === 0
        ? `\`${reference}\` is no node of the payload`
        : `\`${reference}\` may be any of ${near.map((one) => `\`${one}\``).join(', ')}`
    return { reason }
  }
}
