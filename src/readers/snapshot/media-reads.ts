import { foldText } from '../../domain/text/fold.ts'
import type { DerivativeFilter, MediaFilter } from '../../domain/graph/filter.ts'
import { anyTest, notTest } from '../../graph/filters/entity-filter.ts'
import { allTests, keyTest, stringTest, type Test } from '../../graph/filters/value-tests.ts'
import type { DerivativeRecord, MediaReader, MediaRecord } from '../media-reader.ts'
import { plainListLimit } from '../plain-list.ts'
import type { MemoryGraph } from './keeper/memory-graph.ts'
import { groupBy, pageOfRows, type Term } from './memory-list.ts'

type Shown = MediaRecord & { readonly position: number }

const byKey: Term<MediaRecord> = { of: ({ key }) => key }
const byPlace: readonly Term<Shown>[] = [{ of: ({ position }) => position }, byKey]

/** Public media objects and their derivatives, from memory. */
export function createMediaReads(graph: MemoryGraph): MediaReader {
  const { nouns } = graph
  const listed = (where: MediaFilter | null) => passing(graph.derive(publicMedia), mediaTest(graph, where))
  const shownBy = (entityId: string, where: MediaFilter | null) =>
    passing(graph.derive(mediaByEntity).get(entityId) ?? [], mediaTest(graph, where))
  return {
    media(lookup) {
      const found = (media: MediaRecord) => {
        if (lookup.by === 'id') return media.id === lookup.id
        return lookup.by === 'key' ? media.key === lookup.key : media.contentHash === lookup.contentHash
      }
      if (lookup.by === 'id') return graph.derive(mediaById).get(lookup.id) ?? null
      return graph.derive(publicMedia).find(found) ?? null
    },
    mediaObjects: ({ where, page }) => pageOfRows(listed(where), [byKey], page),
    countMediaObjects: (where) => listed(where).length,
    mediaOf: (entityId, { where, page }) => pageOfRows(shownBy(entityId, where), byPlace, page),
    countMediaOf: (entityId, where) => shownBy(entityId, where).length,
    derivative(id) {
      const found = nouns.derivatives.find((derivative) => derivative.id === id)
      return found && graph.derive(mediaById).has(found.mediaId) ? found : null
    },
    isPublicFile: (url) => graph.derive(publicFiles).has(url),
    derivativesOf: (mediaId, where) =>
      passing(graph.derive(derivativesByMedia).get(mediaId) ?? [], derivativeTest(where)).slice(
        0,
        plainListLimit + 1,
      ),
  }
}

function passing<Row>(rows: readonly Row[], test: Test<Row> | null): readonly Row[] {
  return test === null ? rows : rows.filter(test)
}

export function publicMedia(graph: MemoryGraph): readonly MediaRecord[] {
  const shown = new Set(graph.derive(usedMedia))
  for (const { mediaId } of graph.nouns.steps) if (mediaId !== null) shown.add(mediaId)
  return graph.nouns.media.filter(({ id }) => shown.has(id))
}

function mediaById(graph: MemoryGraph): Map<string, MediaRecord> {
  return new Map(graph.derive(publicMedia).map((media) => [media.id, media]))
}

function publicFiles(graph: MemoryGraph): Set<string> {
  const media = graph.derive(mediaById)
  const renditions = graph.nouns.derivatives.filter(({ mediaId }) => media.has(mediaId))
  return new Set([...media.values(), ...renditions].map(({ url }) => url))
}

function mediaByEntity(graph: MemoryGraph): Map<string, Shown[]> {
  const media = graph.derive(mediaById)
  const shown = graph.nouns.mediaLinks.flatMap(({ entityId, mediaId, position }) => {
    const found = media.get(mediaId)
    return found ? [{ entityId, shown: { ...found, position } }] : []
  })
  const groups = groupBy(shown, ({ entityId }) => entityId)
  return new Map(
    [...groups].map(([entityId, links]) => [
      entityId,
      links.map((link) => link.shown).sort((a, b) => a.position - b.position || (a.key < b.key ? -1 : 1)),
    ]),
  )
}

function derivativesByMedia({ nouns }: MemoryGraph): Map<string, DerivativeRecord[]> {
  return groupBy(nouns.derivatives, ({ mediaId }) => mediaId)
}

/** Uses by drafts must stay hidden. */
function usedMedia({ nouns, snapshot }: MemoryGraph): Set<string> {
  const visible = nouns.mediaLinks.filter(({ entityId }) => snapshot.findById(entityId) !== -1)
  return new Set(visible.map(({ mediaId }) => mediaId))
}

function foldable(text: string | null) {
  return { text, folded: () => (text === null ? null : foldText(text)) }
}

function mediaTest(graph: MemoryGraph, filter: MediaFilter | null | undefined): Test<MediaRecord> | null {
  if (!filter) return null
  const { and, or, not, kind, availability, unused, missingAlt } = filter
  const key = keyTest(filter.key)
  const mimeType = stringTest(filter.mimeType)
  return allTests<MediaRecord>([
    ...(and ?? []).map((branch) => mediaTest(graph, branch)),
    or ? anyTest(or.map((branch) => mediaTest(graph, branch))) : null,
    not ? notTest(mediaTest(graph, not)) : null,
    key && ((media) => key(media.key)),
    mimeType && ((media) => mimeType(foldable(media.mimeType))),
    kind ? (media) => kind.includes(media.kind) : null,
    availability ? (media) => availability.includes(media.availability) : null,
    unused != null ? (media) => graph.derive(usedMedia).has(media.id) !== unused : null,
    missingAlt != null ? (media) => lacksAlt(media) === missingAlt : null,
  ])
}

/** Like btrim: only spaces count as blank. */
function lacksAlt({ alt }: MediaRecord): boolean {
  return /^ *$/.test(alt ?? '')
}

function derivativeTest(filter: DerivativeFilter | null): Test<DerivativeRecord> | null {
  if (!filter) return null
  const preset = keyTest(filter.preset)
  const mimeType = stringTest(filter.mimeType)
  const { stale } = filter
  return allTests<DerivativeRecord>([
    preset && ((derivative) => preset(derivative.preset)),
    mimeType && ((derivative) => mimeType(foldable(derivative.mimeType))),
    stale != null ? (derivative) => derivative.isStale === stale : null,
  ])
}
