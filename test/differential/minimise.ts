import {
  Kind,
  parse,
  print,
  valueFromASTUntyped,
  validate,
  visit,
  type ASTNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type ValueNode,
} from 'graphql'
import { toAst, type Operation } from './random-operation.ts'

const mostTries = 400

/** Shrinks an operation to the smallest one that is still wrong. */
export async function minimise(
  schema: GraphQLSchema,
  operation: Operation,
  isWrong: (operation: Operation) => Promise<boolean>,
): Promise<Operation> {
  let smallest = operation
  let tries = 0
  const attempt = async (document: DocumentNode, variables: Record<string, unknown>): Promise<boolean> => {
    const candidate = tidy(document, variables)
    if (candidate.text === smallest.text || validate(schema, candidate.document).length > 0) return false
    tries++
    if (!(await isWrong(candidate))) return false
    smallest = candidate
    return true
  }
  await attempt(withoutFragments(smallest.document), smallest.variables)
  await attempt(withoutVariables(schema, smallest), {})
  for (let hasShrunk = true; hasShrunk && tries < mostTries;) {
    hasShrunk = false
    for (let part = 0; tries < mostTries;) {
      const document = withoutPart(smallest.document, part)
      if (document === null) break
      // The next part now has this index.
      if (await attempt(document, smallest.variables)) hasShrunk = true
      else part++
    }
  }
  return smallest
}

/** Replaces the fields at a response path by `__typename`. */
export function withoutField({ document, variables }: Operation, path: readonly string[]): Operation {
  const here: string[] = []
  const changed = visit(document, {
    Field: {
      enter({ alias, name }) {
        if ([...here, (alias ?? name).value].join('.') === path.join('.')) return typename
        here.push((alias ?? name).value)
        return undefined
      },
      leave: () => void here.pop(),
    },
  })
  return tidy(changed, variables)
}

const typename = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } } as const

const parts = new Set<string>([
  Kind.FIELD,
  Kind.ARGUMENT,
  Kind.DIRECTIVE,
  Kind.OBJECT_FIELD,
  Kind.INLINE_FRAGMENT,
  Kind.FRAGMENT_SPREAD,
])

function isPart(node: ASTNode, parent: unknown): boolean {
  return parts.has(node.kind) || (Array.isArray(parent) && node.kind !== Kind.NAME && isValue(node))
}
const values = new Set<string>([Kind.OBJECT, Kind.LIST, Kind.STRING, Kind.INT, Kind.FLOAT, Kind.ENUM])
const isValue = ({ kind }: ASTNode) => values.has(kind)

function withoutPart(document: DocumentNode, part: number): DocumentNode | null {
  let at = -1
  let isLast = false
  const changed = visit(document, {
    enter(node, _, parent) {
      if (isLast) return false
      if (!isPart(node, parent) || ++at !== part) return undefined
      isLast = true
      return null
    },
  })
  return isLast ? changed : null
}

function withoutFragments(document: DocumentNode): DocumentNode {
  const fragments = new Map(
    document.definitions
      .filter((node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION)
      .map((node) => [node.name.value, node]),
  )
  const open = (node: DocumentNode): DocumentNode =>
    visit(node, {
      FragmentSpread({ name, directives }) {
        const { typeCondition, selectionSet } = fragments.get(name.value)!
        return { kind: Kind.INLINE_FRAGMENT, typeCondition, directives, selectionSet }
      },
    })
  return open(open(document))
}

function withoutVariables(schema: GraphQLSchema, { document, variables }: Operation): DocumentNode {
  const given = new Map<string, ValueNode>()
  const enums = new Set(
    Object.values(schema.getTypeMap()).flatMap((type) =>
      'getValues' in type ? type.getValues().map(({ name }) => name) : [],
    ),
  )
  visit(document, {
    VariableDefinition({ variable: { name }, defaultValue }) {
      const value =
        name.value in variables ? variables[name.value] : defaultValue && valueFromASTUntyped(defaultValue)
      given.set(name.value, enumsOf(toAst(value), enums))
      return false
    },
  })
  return visit(document, {
    VariableDefinition: () => null,
    Variable: ({ name }) => given.get(name.value),
  })
}

/** Treats texts that are enum names as enums. */
function enumsOf(value: ValueNode, enums: ReadonlySet<string>): ValueNode {
  return visit(value, {
    StringValue: (node) =>
      enums.has(node.value) ? { kind: Kind.ENUM as const, value: node.value } : undefined,
  })
}

/** Drops unused definitions. */
function tidy(document: DocumentNode, variables: Record<string, unknown>): Operation {
  const used = new Set<string>()
  const spread = new Set<string>()
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void used.add(name.value),
    FragmentSpread: ({ name }) => void spread.add(name.value),
  })
  const kept = visit(document, {
    VariableDefinition: ({ variable }) => (used.has(variable.name.value) ? undefined : null),
    FragmentDefinition: ({ name }) => (spread.has(name.value) ? undefined : null),
  })
  const text = print(kept)
  return {
    text,
    document: safely(text) ?? document,
    variables: Object.fromEntries(Object.entries(variables).filter(([name]) => used.has(name))),
  }
}

function safely(text: string): DocumentNode | null {
  try {
    return parse(text, { noLocation: true })
  } catch {
    return null
  }
}
