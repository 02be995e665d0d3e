import { compareCodePoints } from '../../domain/text/code-points.ts'
import type { KeyedValue } from '../../domain/diff-sorted.ts'
import type { GraphRowTable } from '../../domain/graph/graph-rows.ts'
import type { JsonObject, JsonValue } from '../../domain/json/value.ts'
import { keyTextOf, publicValue, type PublicTable, type RowStream } from './store.ts'

type Graph = (table: GraphRowTable) => Promise<RowStream>

/** The public part of a graph: published entities, edges between them, domains with their counts. */
export function createPublicRows(graph: Graph): (table: PublicTable) => Promise<RowStream> {
  const published = async () => {
    const domains = new Map<string, string | null>()
    for await (const { key, value } of await graph('kb_entities'))
      if (value['status'] === 'PUBLISHED') domains.set(key, value['domain'] as string | null)
    return domains
  }
  const read: Readonly<Record<PublicTable, () => AsyncGenerator<KeyedValue>>> = {
    async *kb_entities() {
      for await (const { key, value } of await graph('kb_entities'))
        if (value['status'] === 'PUBLISHED') yield { key, value: publicEntity(value) }
    },
    async *kb_edges() {
      const entities = await published()
      for await (const { key, value } of await graph('kb_edges'))
        if (entities.has(keyTextOf(value['source'])) && entities.has(keyTextOf(value['target'])))
          yield {
            key,
            value: publicEdge(value['relation'], value['source'], value['target'], value['weight']),
          }
    },
    async *kb_domains() {
      const counts = new Map<string | null, number>()
      for (const domain of (await published()).values()) counts.set(domain, (counts.get(domain) ?? 0) + 1)
      for await (const { key, value } of await graph('kb_domains'))
        yield {
          key,
          value: publicValue({
            key,
            label: value['label'],
            color: value['color'],
            count: counts.get(key) ?? 0,
          }),
        }
    },
  }
  return async (table) => read[table]()
}

function publicEdge(relation: unknown, source: unknown, target: unknown, weight: unknown): JsonObject {
  return publicValue({ relation, source, target, weight })
}

function publicEntity({
  slug,
  title,
  kind,
  domain,
  summary,
  tags,
  weight,
  position,
}: JsonObject): JsonObject {
  const { x, y } = (position ?? {}) as JsonObject
  return publicValue({ slug, title, kind, domain, summary, tags, weight, x, y })
}

export function createConstellationRows(payload: JsonObject): (table: PublicTable) => RowStream {
  const list = (name: string) => (Array.isArray(payload[name]) ? (payload[name] as JsonObject[]) : [])
  const slugs = new Map(list('nodes').map(({ id, slug }) => [id, slug]))
  const read: Readonly<Record<PublicTable, () => KeyedValue[]>> = {
    kb_entities: () =>
      list('nodes').map(({ slug, title, kind, domain, summary, tags, weight, x, y }) => ({
        key: keyTextOf(slug),
        value: publicValue({ slug, title, kind, domain, summary, tags: sortTags(tags), weight, x, y }),
      })),
    kb_edges: () =>
      list('edges').map(({ source, target, relation, weight }) => {
        const ends = [slugs.get(source) ?? source, slugs.get(target) ?? target] as const
        return {
          key: [relation, ...ends].map(keyTextOf).join('|'),
          value: publicEdge(relation, ...ends, weight),
        }
      }),
    kb_domains: () =>
      list('domains').map(({ key, label, color, count }) => ({
        key: keyTextOf(key),
        value: publicValue({ key, label, color, count }),
      })),
  }
  return (table) => dropRepeated(read[table]().sort((a, b) => compareCodePoints(a.key, b.key)))
}

function sortTags(tags: JsonValue | undefined): JsonValue {
  return Array.isArray(tags) ? tags.map(String).sort(compareCodePoints) : []
}

function dropRepeated(rows: readonly KeyedValue[]): KeyedValue[] {
  return rows.filter(({ key }, at) => rows[at - 1]?.key !== key)
}
