import { isListType, isNonNullType, Kind, type FieldNode, type GraphQLField } from 'graphql'
import { defaultPageSize } from '../domain/page.ts'
import type { Variables } from './document-plan.ts'

type Field = GraphQLField<unknown, unknown>

interface Directives {
  readonly cost?: { readonly weight: number }
  readonly listSize?: { readonly assumedSize?: number; readonly slicingArguments?: readonly string[] }
}
const directivesOf = ({ extensions }: Field) => (extensions['directives'] ?? {}) as Directives

/** What a field costs by itself: its `@cost`, else 1 for an object and nothing for a value. */
export function weightOf(field: Field, isComposite: boolean): number {
  return directivesOf(field).cost?.weight ?? (isComposite ? 1 : 0)
}

/** How many objects a field may answer. */
export type SizeOf = (variables: Variables) => { readonly items: number; readonly isConnection: boolean }

/** Items of a list whose length nothing bounds beforehand. */
const assumedItems = 10
const pageArguments = ['first', 'last', 'limit']

/**
 * The size of a list by `@listSize`, by the arguments that page it, or by assumption; null for what is no list. The
 * arguments are read where they are written, in the document or in its variables.
 */
export function createSizeOf(field: Field, node: FieldNode): SizeOf | null {
  const type = isNonNullType(field.type) ? field.type.ofType : field.type
  const isConnection = !isListType(type) && 'name' in type && type.name.endsWith('Connection')
  const { listSize } = directivesOf(field)
  if (!isConnection && !isListType(type)) return null
  const slicing = listSize?.slicingArguments ?? pageArguments
  const given = (node.arguments ?? []).filter(({ name }) => slicing.includes(name.value))
  const ids = node.arguments?.find(({ name }) => name.value === 'ids')
  const usual = isConnection ? (listSize?.assumedSize ?? defaultPageSize) : assumedItems
  return (variables) => {
    let items: number | undefined
    for (const { value } of given) {
      const size =
        value.kind === Kind.INT
          ? Number(value.value)
          : value.kind === Kind.VARIABLE
            ? variables[value.name.value]
            : undefined
      if (typeof size === 'number' && size >= 0) items = Math.max(items ?? 0, size)
    }
    if (items === undefined && ids !== undefined) items = lengthOf(ids.value, variables)
    return { items: items ?? usual, isConnection }
  }
}

function lengthOf(value: NonNullable<FieldNode['arguments']>[number]['value'], variables: Variables) {
  if (value.kind === Kind.LIST) return value.values.length
  const list = value.kind === Kind.VARIABLE ? variables[value.name.value] : undefined
  return Array.isArray(list) ? list.length : undefined
}
