import { attributeSchemaFaults } from '../json/attribute-schema.ts'
import { canonicalJson } from '../json/canonical-json.ts'
import { asCount, asName, asObject, asText, asTexts, asWebUrl } from './fields.ts'
import { readEntries, readItem, type Issues, type ItemReader } from './item.ts'
import type { DomainContent, KindContent, RelationContent } from '../graph/graph-content.ts'
import { pointerTo, type JsonObject, type JsonValue } from '../json/value.ts'
import { nearestName } from '../text/nearest-name.ts'
import { keyOf } from '../graph/slug.ts'
import { nameFault } from '../text/visible-text.ts'

export interface WordList<Word> {
  /** The key of a word as written, in any case and script. Adds unknown words and warns `by`. */
  use(written: string, by: ItemReader | null): string
  get(key: string): Word | undefined
  all(): Word[]
  undeclared(): Word[]
}

export interface ConstellationVocabulary {
  readonly kinds: WordList<KindContent>
  readonly relations: WordList<RelationContent>
  readonly domains: WordList<DomainContent>
}

export const defaultRelation = 'related-to'
export const defaultKind = 'thing'

export function readVocabulary(payload: JsonObject, issues: Issues): ConstellationVocabulary {
  return {
    kinds: readWords(payload, 'kinds', issues, (key, label, item) => ({
      key,
      label: label ?? sentence(key),
      description: item?.take(['description', 'summary'], asText) ?? null,
      iri: item?.take(['iri'], asWebUrl) ?? null,
      attributeSchema: item === null ? null : takeSchema(item, issues),
    })),
    relations: readWords(payload, 'relations', issues, (key, label, item) => ({
      key,
      label: label ?? words(key),
      inverseLabel: item?.take(['inverseLabel', 'inverse'], asText) ?? null,
      description: item?.take(['description', 'summary'], asText) ?? null,
      isSymmetric: item?.take(['isSymmetric', 'symmetric'], asTruth) ?? key === defaultRelation,
      iri: item?.take(['iri'], asWebUrl) ?? null,
      sourceKinds: (item?.take(['sourceKinds'], asTexts) ?? []).map(keyOf),
      targetKinds: (item?.take(['targetKinds'], asTexts) ?? []).map(keyOf),
    })),
    domains: readWords(payload, 'domains', issues, (key, label, item, index) => ({
      key,
      label: label ?? sentence(key),
      color: item?.take(['color', 'colour'], asText) ?? null,
      position: item?.take(['position', 'order'], asCount) ?? index,
    })),
  }
}

function readWords<Word extends { readonly key: string }>(
  payload: JsonObject,
  list: string,
  issues: Issues,
  read: (key: string, label: string | null, item: ItemReader | null, index: number) => Word,
): WordList<Word> {
  const found = new Map<string, Word>()
  const made = new Set<Word>()
  for (const entry of readEntries(payload, list, issues)) {
    const item = readItem(entry, issues)
    const written = item.take(['key', 'id', 'slug'], asText) ?? entry.name
    const label = item.take(['label', 'title', 'name'], asName)
    const name = written ?? label
    if (name === null) {
      issues.refused.push({ pointer: entry.pointer, reason: 'has no `key`' })
      continue
    }
    const key = keyOf(name)
    // A word not written as a key becomes its own label.
    const word = read(key, label ?? labelOf(name, key), item, found.size)
    item.take(['count'], () => true)
    item.dropRest()
    const former = found.get(key)
    if (former === undefined) {
      found.set(key, word)
    } else if (sameBut(former, word, 'position')) {
      issues.warnings.push({ pointer: entry.pointer, reason: `\`${key}\` stands twice; taken once` })
    } else {
      issues.refused.push({ pointer: entry.pointer, reason: `\`${key}\` is already declared otherwise` })
    }
  }
  return {
    use(written, by) {
      const key = keyOf(written)
      if (found.has(key)) return key
      const nearest = nearestName(key, [...found.keys()])
      const hint = nearest === null ? '' : `; did you mean \`${nearest}\`?`
      by?.warn(`\`${written}\` is not declared in \`${list}\`; \`${key}\` is made${hint}`)
      const word = read(key, labelOf(written, key), null, found.size)
      found.set(key, word)
      made.add(word)
      return key
    },
    get: (key) => found.get(key),
    all: () => [...found.values()],
    undeclared: () => [...made],
  }
}

/** An unusable schema would refuse every entity of its kind, so it is left out. */
function takeSchema(item: ItemReader, issues: Issues): JsonObject | null {
  const schema = item.take(['attributeSchema'], asObject)
  if (schema === null) return null
  const faults = attributeSchemaFaults(schema)
  if (faults.length === 0) return schema
  const places = faults.map(({ pointer, message }) => `${pointer || 'its root'} ${message}`)
  issues.refused.push({
    pointer: pointerTo(item.pointer, 'attributeSchema'),
    reason: `is no schema that can be used: ${places.join('; ')}`,
  })
  return null
}

/** The written text, if it says more than the key and is a valid label. */
function labelOf(written: string, key: string): string | null {
  return written === key || nameFault(written) !== null ? null : written
}

function sameBut(left: object, right: object, field: string): boolean {
  return canonicalJson({ ...left, [field]: null }) === canonicalJson({ ...right, [field]: null })
}

function asTruth(value: JsonValue): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

function words(key: string): string {
  return key.replace(/[-_]+/g, ' ').trim() || key
}

function sentence(key: string): string {
  const text = words(key)
  return text.charAt(0).toUpperCase() + text.slice(1)
}
