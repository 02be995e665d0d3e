import sql, { join, raw, type Sql } from 'sql-template-tag'
import { toPage, type PageRequest } from '../../domain/paging/page.ts'
import type { Adjacency, EdgeRecord, EdgesOfQuery, GraphReader, NeighborRecord } from '../graph-reader.ts'
import type { Positioned } from '../record.ts'
import { allOf, parentKey, readPerParent, type Batch } from './sql/batch.ts'
import { edgeColumnsOf, edgeOf, entityColumnsOf, entityOf, selectList, type Column } from './sql/columns.ts'
import {
  branchesOf,
  degreeExpression,
  edgeConditions,
  entityConditions,
  type Branch,
} from './sql/entity-conditions.ts'
import { edgeOfOrder, neighborOrder } from './sql/entity-order.ts'
import { shapeOf } from './entity-reads.ts'
import { between, limitOf, orderBy, positionColumns, positionOf, type OrderTerm } from './sql/keyset.ts'
import type { RunStatement } from './sql/statement.ts'
import { visible } from './sql/view.ts'

type AdjacencyReads = Pick<
  GraphReader,
  'edgesOf' | 'countEdgesOf' | 'neighborsOf' | 'countNeighborsOf' | 'degreeOf'
>
type Row = Record<string, unknown>

/** Adjacent rows of many entities in one statement: a union of both directions, each answered in order by its own index. */
export function createAdjacencyReads(run: RunStatement, batch: Batch): AdjacencyReads {
  const counts = async (slugs: readonly string[], branches: Sql[]) => {
    const inner = sql`SELECT ${join(
      branches.map((branch) => sql`(${branch})`),
      ' + ',
    )} AS count`
    const groups = await readPerParent<{ count: number }>(run, 'text', slugs, inner)
    return groups.map(([row]) => row!.count)
  }
  return {
    edgesOf(slug, query) {
      const ends = `${query.fields.source?.key} ${query.fields.target?.key}`
      return batch(`edgesOf ${query.fields.key} ${ends} ${shapeOf(query)}`, slug, async (slugs) => {
        const branches = edgeBranches(query)
        const inner = selectUnion(branches, query.page, query.withPositions)
        const groups = await readPerParent<Row>(run, 'text', slugs, inner)
        return groups.map((rows) =>
          toPage(
            rows.map((row): Positioned<EdgeRecord> => ({
              item: edgeOf(row, query.fields),
              position: query.withPositions ? positionOf(row, branches[0]!.terms) : null,
            })),
            query.page,
          ),
        )
      })
    },

    countEdgesOf(slug, direction, where) {
      return batch(`countEdgesOf ${direction} ${JSON.stringify(where)}`, slug, (slugs) =>
        counts(
          slugs,
          branchesOf({ direction, relations: null }, 'e').map(
            (branch) =>
              sql`SELECT count(*) FROM ${edgesFrom(branch, where !== null)} WHERE ${allOf([...start(branch), ...edgeConditions(where)])}`,
          ),
        ),
      )
    },

    neighborsOf(slug, query) {
      const { node, edge, key } = query.fields
      return batch(`neighborsOf ${key} ${shapeOf(query)}`, slug, async (slugs) => {
        const branches = branchesOf(query, 'e').map((branch) => ({
          terms: neighborOrder(query.orderBy, branch, farAlias(branch)),
          columns: [
            { expression: `'${branch.direction}'`, name: 'direction' },
            ...entityColumnsOf(node, farAlias(branch), 'n.'),
            ...edgeColumnsOf(edge, 'e.'),
          ],
          from: edgesFrom(branch, edge.source !== null || edge.target !== null),
          conditions: [...start(branch), ...entityConditions(query.where, farAlias(branch))],
        }))
        const groups = await readPerParent<Row>(
          run,
          'text',
          slugs,
          selectUnion(branches, query.page, query.withPositions),
        )
        return groups.map((rows) =>
          toPage(
            rows.map((row): Positioned<NeighborRecord> => ({
              item: {
                node: entityOf(row, node, 'n.'),
                edge: edgeOf(row, edge, 'e.'),
                direction: row['direction'] as 'OUT' | 'IN',
              },
              position: query.withPositions ? positionOf(row, branches[0]!.terms) : null,
            })),
            query.page,
          ),
        )
      })
    },

    countNeighborsOf(slug, adjacency, where) {
      const shape = `countNeighborsOf ${JSON.stringify([adjacency, where])}`
      return batch(shape, slug, (slugs) =>
        counts(
          slugs,
          branchesOf(adjacency, 'e').map(
            (branch) =>
              sql`SELECT count(*) FROM ${edgesFrom(branch, false)} WHERE ${allOf([...start(branch), ...entityConditions(where, farAlias(branch))])}`,
          ),
        ),
      )
    },

    degreeOf(slug, adjacency: Adjacency) {
      return batch(`degreeOf ${JSON.stringify(adjacency)}`, slug, (slugs) =>
        counts(slugs, [sql`SELECT ${degreeExpression(parentKey, adjacency)}`]),
      )
    },
  }
}

interface BranchSelect {
  readonly terms: OrderTerm[]
  readonly columns: Column[]
  readonly from: Sql
  readonly conditions: Sql[]
}

/** Alias of the far end: `t` outward, `s` inward. */
function farAlias(branch: Branch): 's' | 't' {
  return branch.far === 'target_slug' ? 't' : 's'
}

function start(branch: Branch): Sql[] {
  return [sql`${raw(`e.${branch.near}`)} = ${parentKey}`, ...branch.conditions]
}

function edgesFrom(branch: Branch, withNear: boolean): Sql {
  const far = farAlias(branch)
  const near = far === 't' ? 's' : 't'
  const farJoin = sql`JOIN kb_entities ${raw(far)} ON ${raw(`${far}.slug = e.${branch.far}`)} AND ${visible(far)}`
  const nearJoin = withNear
    ? sql` JOIN kb_entities ${raw(near)} ON ${raw(`${near}.slug = e.${branch.near}`)}`
    : sql``
  return sql`kb_edges e ${farJoin}${nearJoin}`
}

function edgeBranches(query: EdgesOfQuery): BranchSelect[] {
  return branchesOf({ direction: query.direction, relations: null }, 'e').map((branch) => {
    const nearFields = farAlias(branch) === 't' ? query.fields.source : query.fields.target
    return {
      terms: edgeOfOrder(query.orderBy, branch),
      columns: edgeColumnsOf(query.fields),
      from: edgesFrom(branch, nearFields !== null || query.where !== null),
      conditions: [...start(branch), ...edgeConditions(query.where)],
    }
  })
}

/** Both branches in one order, each limited by itself, so that a hub's thousand edges are not read for its first twenty. */
function selectUnion(branches: readonly BranchSelect[], page: PageRequest, withPositions: boolean): Sql {
  const [first] = branches as [BranchSelect]
  const limit = limitOf(page)
  const selects = branches.map(({ terms, columns, from, conditions }) => {
    const where = allOf([...conditions, ...between(terms, page)])
    const varying = terms.filter(({ isConstant }) => !isConstant)
    return sql`(SELECT ${selectList(columns, positionColumns(terms))} FROM ${from} WHERE ${where} ${orderBy(varying, page)} ${limit})`
  })
  const outer = first.terms.map((term, index) => ({ ...term, expression: raw(`u.k${index}`) }))
  const columns = selectList(
    first.columns.map(({ name }) => ({ expression: `u."${name}"`, name })),
    withPositions ? positionColumns(outer) : [],
  )
  return sql`SELECT ${columns} FROM (${join(selects, ' UNION ALL ')}) u ${orderBy(outer, page)} ${limit}`
}
