import sql, { raw, type Sql } from 'sql-template-tag'
import type { EntityOrderField, GraphEdgeOrderField, Order } from '../../../domain/graph/order.ts'
import { degreeExpression, type Branch } from './entity-conditions.ts'
import type { OrderTerm } from './keyset.ts'

/** The order of entities, made total by slug; `degree` is a column that already holds it. */
export function entityOrder(
  orders: readonly Order<EntityOrderField>[],
  alias = 'e',
  degree?: Sql,
): OrderTerm[] {
  const column = (name: string) => raw(`${alias}.${name}`)
  const term = ({ field, direction }: Order<EntityOrderField>): OrderTerm => {
    switch (field) {
      case 'SLUG':
        return { expression: column('slug'), type: 'text', direction }
      case 'TITLE':
        return { expression: column('title_key'), type: 'text', direction }
      case 'KIND':
        return { expression: column('kind_key'), type: 'text', direction }
      case 'DOMAIN':
        return { expression: column('domain_key'), type: 'text', direction, isNullable: true }
      case 'CREATED_AT':
        return { expression: column('created_at'), type: 'timestamptz', direction }
      case 'UPDATED_AT':
        return { expression: column('updated_at'), type: 'timestamptz', direction }
      case 'IMPORTANCE':
        return { expression: column('weight'), type: 'float8', direction, isNullable: true }
      case 'DEGREE':
        return {
          expression: degree ?? degreeExpression(column('slug'), { direction: 'ANY', relations: null }),
          type: 'int8',
          direction,
        }
    }
  }
  return withTies(orders, 'SLUG', term, [{ expression: column('slug'), type: 'text', direction: 'ASC' }])
}

function edgeTerm({ field, direction }: Order<GraphEdgeOrderField>): OrderTerm {
  switch (field) {
    case 'RELATION':
      return { expression: sql`e.relation_key`, type: 'text', direction }
    case 'WEIGHT':
      return { expression: sql`e.weight`, type: 'float8', direction, isNullable: true }
    case 'CREATED_AT':
      return { expression: sql`e.created_at`, type: 'timestamptz', direction }
    case 'UPDATED_AT':
      return { expression: sql`e.updated_at`, type: 'timestamptz', direction }
  }
}
const byRelation = edgeTerm({ field: 'RELATION', direction: 'ASC' })

export function edgeOrder(orders: readonly Order<GraphEdgeOrderField>[]): OrderTerm[] {
  return withTies(orders, 'RELATION', edgeTerm, [
    byRelation,
    { expression: sql`e.source_slug`, type: 'text', direction: 'ASC' },
    { expression: sql`e.target_slug`, type: 'text', direction: 'ASC' },
  ])
}

function directionTerm(branch: Branch): OrderTerm {
  return {
    expression: raw(branch.direction === 'OUT' ? '0' : '1'),
    type: 'int4',
    direction: 'ASC',
    isConstant: true,
  }
}

export function edgeOfOrder(orders: readonly Order<GraphEdgeOrderField>[], branch: Branch): OrderTerm[] {
  const far: OrderTerm = { expression: raw(`e.${branch.far}`), type: 'text', direction: 'ASC' }
  return withTies(orders, 'RELATION', edgeTerm, [byRelation, far, directionTerm(branch)])
}

export function neighborOrder(
  orders: readonly Order<EntityOrderField>[],
  branch: Branch,
  alias: string,
): OrderTerm[] {
  return [...entityOrder(orders, alias), byRelation, directionTerm(branch)]
}

/** Appends ties; drops the first if the order already has it. */
function withTies<Field extends string>(
  orders: readonly Order<Field>[],
  tieField: Field,
  term: (order: Order<Field>) => OrderTerm,
  ties: readonly OrderTerm[],
): OrderTerm[] {
  const hasTie = orders.some((order) => order.field === tieField)
  return [...orders.map(term), ...(hasTie ? ties.slice(1) : ties)]
}
