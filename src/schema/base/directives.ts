import {
  DirectiveLocation,
  GraphQLDirective,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
  GraphQLBoolean,
} from 'graphql'

const nonNullInt = new GraphQLNonNull(GraphQLInt)

const semanticNonNullDirective = new GraphQLDirective({
  name: 'semanticNonNull',
  description:
    'Null only if this field also carries an entry in `errors` (nullability WG draft; read by Relay and Apollo Kotlin).',
  locations: [DirectiveLocation.FIELD_DEFINITION],
  args: { levels: { type: new GraphQLNonNull(new GraphQLList(nonNullInt)), defaultValue: [0] } },
})
const costDirective = new GraphQLDirective({
  name: 'cost',
  description:
    'Static cost of a field. Names and shapes of the Apollo/Hive form of the IBM cost directives, so that a gateway reads them too.',
  locations: [
    DirectiveLocation.ARGUMENT_DEFINITION,
    DirectiveLocation.ENUM,
    DirectiveLocation.FIELD_DEFINITION,
    DirectiveLocation.INPUT_FIELD_DEFINITION,
    DirectiveLocation.OBJECT,
    DirectiveLocation.SCALAR,
  ],
  args: { weight: { type: nonNullInt } },
})
const listSizeDirective = new GraphQLDirective({
  name: 'listSize',
  locations: [DirectiveLocation.FIELD_DEFINITION],
  args: {
    assumedSize: { type: GraphQLInt },
    slicingArguments: { type: new GraphQLList(new GraphQLNonNull(GraphQLString)) },
    sizedFields: { type: new GraphQLList(new GraphQLNonNull(GraphQLString)) },
    requireOneSlicingArgument: { type: GraphQLBoolean, defaultValue: true },
  },
})

/** The schema's directives beyond those of graphql-js. */
export const directives = [
  semanticNonNullDirective,
  costDirective,
  listSizeDirective,
] as const satisfies readonly GraphQLDirective[]

/** Null only with an entry in `errors`. */
export const semanticNonNull = { semanticNonNull: {} }

export function cost(weight: number) {
  return { cost: { weight } }
}

/** The size of a paged list, for gateways that compute costs. */
export function listSize(slicingArguments: readonly string[], assumedSize = 20) {
  return {
    listSize: {
      assumedSize,
      slicingArguments,
      sizedFields: ['edges', 'nodes'],
      requireOneSlicingArgument: false,
    },
  }
}

/** Directives that the printed schema shows on a field. */
export function withDirectives(...applied: readonly Record<string, unknown>[]) {
  return { extensions: { directives: Object.assign({}, ...applied) as Record<string, unknown> } }
}
