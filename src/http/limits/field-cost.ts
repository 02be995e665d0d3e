import { isListType, isNonNullType, Kind, type FieldNode, type GraphQLField, type ValueNode } from 'graphql'
import { defaultPageSize } from '../../domain/paging/page.ts'
import type { Variables } from '../../domain/variables.ts'

type Field = GraphQLField<unknown, unknown>

interface Directives {
  readonly cost?: { readonly weight: number }
  readonly listSize?: { readonly assumedSize?: number; readonly slicingArguments?: readonly string[] }
}
const directivesOf = ({ extensions }: Field) => (extensions['directives'] ?? {}) as Directives

/** The cost of a field itself: its `@cost`, else 1 for an object and 0 for a value. */
export function weightOf(field: Field, isComposite: boolean): number {
  return directivesOf(field).cost?.weight ?? (isComposite ? 1 : 0)
}

export interface SizeOf {
  readonly isConnection: boolean
  readonly readsVariables: boolean
  items(variables: Variables): number
}

/** Assumed length of an unbounded list. */
const assumedItems = 10
const pageArguments = ['first', 'last', 'limit']

/** The size of a list by `@listSize`, its paging arguments or assumption; null if the field is not a list. */
export function createSizeOf(field: Field, node: FieldNode): SizeOf | null {
  const type = isNonNullType(field.type) ? field.type.ofType : field.type
  const isConnection = !isListType(type) && 'name' in type && type.name.endsWith('Connection')
  const { listSize } = directivesOf(field)
  if (!isConnection && !isListType(type)) return null
  const slicing = listSize?.slicingArguments ?? pageArguments
  const valuesOf = (isMeant: (name: string) => boolean) =>
    (node.arguments ?? []).filter(({ name }) => isMeant(name.value)).map(({ value }) => value)
  const sizes = valuesOf((name) => slicing.includes(name))
  const lists = valuesOf((name) => name === 'ids')
  const usual = isConnection ? (listSize?.assumedSize ?? defaultPageSize) : assumedItems
  return {
    isConnection,
    readsVariables: [...sizes, ...lists].some(({ kind }) => kind === Kind.VARIABLE),
    items(variables) {
      const given = sizes.map((value) => sizeIn(value, variables)).filter((size) => size !== undefined)
      if (given.length > 0) return Math.max(...given)
      return lists.map((value) => lengthOf(value, variables))[0] ?? usual
    },
  }
}

function sizeIn(value: ValueNode, variables: Variables): number | undefined {
  const size =
    value.kind === Kind.INT
      ? Number(value.value)
      : value.kind === Kind.VARIABLE
        ? variables[value.name.value]
        : undefined
  return typeof size === 'number' && size >= 0 ? size : undefined
}

function lengthOf(value: ValueNode, variables: Variables): number | undefined {
  if (value.kind === Kind.LIST) return value.values.length
  const list = value.kind === Kind.VARIABLE ? variables[value.name.value] : undefined
  return Array.isArray(list) ? list.length : undefined
}
