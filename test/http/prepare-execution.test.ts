import {
  GraphQLInputObjectType,
  GraphQLList,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  parse,
  type GraphQLResolveInfo,
} from 'graphql'
import { beforeEach, expect, test } from 'vitest'
import { createPreparation } from '../../src/http/prepare-execution.ts'

/** What resolvers were told; graphql-js tells more of the operation than what is compiled does. */
let told: GraphQLResolveInfo[] = []
beforeEach(() => (told = []))
const Filter: GraphQLInputObjectType = new GraphQLInputObjectType({
  name: 'Filter',
  fields: () => ({ of: { type: GraphQLString }, not: { type: Filter } }),
})
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: {
      word: {
        type: GraphQLString,
        args: { of: { type: GraphQLString }, filter: { type: new GraphQLList(Filter) } },
        resolve: (_, { of }: { of: string }, context: { by: string }, info) => {
          told.push(info)
          return `${of} by ${context.by}`
        },
      },
    },
  }),
})
const document = parse('query A { word(of: "a") } query B($of: String) { word(of: $of) }')
/** Compiled code makes what it tells of a field once. */
const isCompiled = () => told.length > 1 && told.at(-1)!.fieldNodes === told.at(-2)!.fieldNodes

test('an operation is compiled once it has come often enough, and answers the same', async () => {
  const run = createPreparation(schema, 3)(document, 'B', 1)
  const answers: unknown[] = []
  for (let at = 0; at < 6; at++) {
    const { data } = await run({ by: `client ${at}` }, { of: `word ${at}` })
    answers.push(data?.['word'])
    expect(isCompiled()).toBe(at >= 3)
  }
  expect(answers).toEqual(Array.from({ length: 6 }, (_, at) => `word ${at} by client ${at}`))
})

test('a long operation is never compiled', async () => {
  const run = createPreparation(schema, 1)(document, 'A', 101)
  for (let at = 0; at < 4; at++) await run({ by: 'me' }, {})
  expect(isCompiled()).toBe(false)
})

test('an operation whose variables are input objects is never compiled', async () => {
  const text = 'query ($filter: [Filter!]) { word(of: "a", filter: $filter) }'
  const run = createPreparation(schema, 1)(parse(text), null, 1)
  for (let at = 0; at < 4; at++) await run({ by: 'me' }, { filter: [{ not: { of: 'b' } }] })
  expect(isCompiled()).toBe(false)
})

test('those that are used least give way, and are compiled again if they come back', async () => {
  const prepare = createPreparation(schema, 2)
  const first = prepare(document, 'A', 1)
  const run = (one: typeof first) => one({ by: 'me' }, {})
  for (let at = 0; at < 4; at++) await run(first)
  expect(isCompiled()).toBe(true)
  for (let at = 0; at < 64; at++) {
    const other = prepare(document, 'A', 1)
    await run(other)
    await run(other)
  }
  await run(first)
  await run(first)
  expect(isCompiled()).toBe(false)
  await run(first)
  await run(first)
  expect(isCompiled()).toBe(true)
})
