import type { Page } from '../domain/paging/page.ts'
import type { EdgeRecord, EntityRecord, NeighborRecord } from './graph-reader.ts'
import type { MaybePromise, Positioned } from './record.ts'
import type { Reader } from './reader.ts'
import type { PathRecord, ReachableRecord, SimilarRecord, SubgraphRecord } from './walk-reader.ts'

const readers = new WeakMap<EntityRecord | EdgeRecord, Reader>()

/** The reader of the past that a record came from; undefined for a current record. */
export function pastReaderOf(record: EntityRecord | EdgeRecord): Reader | undefined {
  return readers.get(record)
}

/**
 * A reader of a past moment that tags its records, so that their fields are read from the same past ({@link pastReaderOf}).
 * @param moment RFC 3339; part of every cursor, so that cursors of other moments are rejected
 */
export function createAsOfReader(reader: Reader, moment: string): Reader {
  const past: Reader = {
    ...reader,
    moment,
    entity: (...args) => map(reader.entity(...args), tagIf(entity)),
    entities: (...args) => map(reader.entities(...args), pageOf(entity)),
    edge: (...args) => map(reader.edge(...args), tagIf(edge)),
    edges: (...args) => map(reader.edges(...args), pageOf(edge)),
    edgesOf: (...args) => map(reader.edgesOf(...args), pageOf(edge)),
    neighborsOf: (...args) => map(reader.neighborsOf(...args), pageOf(neighbor)),
    reachableFrom: (...args) => map(reader.reachableFrom(...args), pageOf(reachable)),
    shortestPath: (...args) => map(reader.shortestPath(...args), tagIf(path)),
    pathsBetween: (...args) =>
      map(reader.pathsBetween(...args), (page) => ({ ...page, ...pageOf(path)(page) })),
    subgraph: (...args) => map(reader.subgraph(...args), subgraph),
    similarTo: (...args) => map(reader.similarTo(...args), (found) => found.map(similar)),
  }
  // Copy: the reader may share the record.
  function own<Noun extends EntityRecord | EdgeRecord>(record: Noun): Noun {
    const copy = { ...record }
    readers.set(copy, past)
    return copy
  }
  function entity(record: EntityRecord): EntityRecord {
    return own(record)
  }
  function edge(record: EdgeRecord): EdgeRecord {
    return own({
      ...record,
      ...(record.source && { source: entity(record.source) }),
      ...(record.target && { target: entity(record.target) }),
    })
  }
  function neighbor(record: NeighborRecord): NeighborRecord {
    return { ...record, node: entity(record.node), edge: edge(record.edge) }
  }
  function path(record: PathRecord): PathRecord {
    return { ...record, entities: record.entities.map(entity), edges: record.edges.map(edge) }
  }
  function reachable(record: ReachableRecord): ReachableRecord {
    return { ...record, node: entity(record.node), path: record.path && path(record.path) }
  }
  function subgraph(record: SubgraphRecord): SubgraphRecord {
    return { ...record, entities: record.entities.map(entity), edges: record.edges.map(edge) }
  }
  function similar(record: SimilarRecord): SimilarRecord {
    return { ...record, entity: entity(record.entity), shared: record.shared.map(entity) }
  }
  return past
}

function tagIf<Item>(tag: (item: Item) => Item): (item: Item | null) => Item | null {
  return (item) => (item === null ? null : tag(item))
}

function pageOf<Item>(tag: (item: Item) => Item): (page: Page<Positioned<Item>>) => Page<Positioned<Item>> {
  return (page) => ({
    ...page,
    items: page.items.map(({ item, position }) => ({ item: tag(item), position })),
  })
}

function map<From, To>(value: MaybePromise<From>, to: (value: From) => To): MaybePromise<To> {
  return value instanceof Promise ? value.then(to) : to(value)
}
