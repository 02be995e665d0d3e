import { extendSchema, isObjectType, parse, type GraphQLSchema } from 'graphql'
import { describe, expect, test } from 'vitest'
import { priceDocument } from '../../src/http/limits/document-price.ts'
import { shapeDocument } from '../../src/http/limits/document-shape.ts'
import { createReaders } from '../../src/readers/database/create-readers.ts'
import type { Context } from '../../src/schema/base/context.ts'
import { schema } from '../../src/schema/schema.ts'
import { createTestDatabase } from '../support/database.ts'
import { runAudit, type AuditOptions } from './audit.ts'

const audit = (options: Partial<AuditOptions> = {}) =>
  runAudit({ createDatabase: createTestDatabase, isTimed: false, ...options })
const findingsOf = async (options: Partial<AuditOptions> = {}) =>
  (await audit(options)).filter(({ finding }) => finding !== null).map(({ attack }) => attack)

describe('the audit', () => {
  test('passes for the product', async () => {
    const verdicts = await audit()
    expect(verdicts.filter(({ finding }) => finding !== null)).toEqual([])
    expect(verdicts.length).toBeGreaterThan(130)
  }, 120_000)

  test('finds limits that are lifted', async () => {
    const found = await findingsOf({
      only: /^depth 17|^lists of lists|^the same by|equal fields|^unused|read by the public|guessed|acts for/,
      planted: {
        armour: {
          isOff: true,
          maxDepth: 100,
          maxCost: 1_000_000_000,
          isIntrospectable: true,
          actingOrigins: ['https://evil.example'],
        },
      },
    })
    expect(found).toEqual(
      expect.arrayContaining([
        'depth 17, within brackets that are allowed',
        'lists of lists of lists',
        'the same by variables',
        'introspection by the public',
        'suggestions for misspelt names',
        'unused fragments of 3^30 fields',
        '1,800 equal fields in inline fragments',
        '1,600 equal fields below equal fields',
        'a foreign page with a cookie: POST /graphql',
      ]),
    )
  }, 120_000)

  test('finds a field without its guard, a mutation without audit, and an unknown one', async () => {
    const found = await findingsOf({
      only: /^mutation cancel|without a row of audit/,
      planted: { schema: plantFaults() },
    })
    expect(found).toEqual(
      expect.arrayContaining([
        'mutation cancelOperation as PUBLIC',
        'audit of updateMedia',
        'audit of unknownToAll',
      ]),
    )
  }, 120_000)
})

/** A schema whose fields leak editors' data to the public. */
function plantLeaks(): GraphQLSchema {
  const planted = extendSchema(schema, parse('extend type Query { planted: Int }'))
  const query = planted.getType('Query')
  if (!isObjectType(query)) throw new Error('no queries')
  for (const name of ['media', 'provenanceRun', 'entity', 'changes']) {
    const field = query.getFields()[name]!
    const resolve = field.resolve!
    field.resolve = (source, args, context: Context, info) => {
      const readers = createReaders(context.admin.pool)
      const readerAt = (moment: string) => readers.at('all', moment)
      return resolve(source, args, { ...context, reader: readers.now.all, readerAt }, info)
    }
  }
  return planted
}

function plantFaults(): GraphQLSchema {
  const planted = extendSchema(
    schema,
    parse('extend type Mutation { unknownToAll(input: CreateEntityInput!): Int }'),
  )
  const mutation = planted.getType('Mutation')
  if (!isObjectType(mutation)) throw new Error('no mutations')
  const { cancelOperation, updateMedia, unknownToAll } = mutation.getFields()
  cancelOperation!.resolve = () => null
  updateMedia!.resolve = () => null
  unknownToAll!.resolve = () => 1
  return planted
}

test('finds fields that show withdrawn content', async () => {
  const found = await findingsOf({ only: /^what was taken back/, planted: { schema: plantLeaks() } })
  const through = (door: string) => `what was taken back, through ${door}`
  expect(found).toEqual(
    expect.arrayContaining(
      ['media now', 'provenanceRun now', 'entity now', 'entity then', 'changes now'].map(through),
    ),
  )
}, 180_000)

describe('the price and the shape of a document', () => {
  const priceOf = (query: string, variables = {}) =>
    priceDocument(schema, parse(query)).values().next().value!(variables)

  test('multiplies the price of items by the length of their list', () => {
    expect(priceOf('{ entity(by: {slug: "a"}) { id title } }')).toEqual({ cost: 1, nodes: 1 })
    expect(priceOf('{ entities(first: 7) { nodes { id } } }')).toEqual({ cost: 8, nodes: 8 })
    expect(priceOf('{ entities { nodes { id } } }')).toEqual({ cost: 21, nodes: 21 })
    expect(priceOf('{ entities(first: 10) { edges { node { kind { key } } } } }')).toEqual({
      cost: 31,
      nodes: 31,
    })
    expect(priceOf('query ($n: Int = 3) { entities(first: $n) { nodes { id } } }')).toEqual({
      cost: 4,
      nodes: 4,
    })
    expect(priceOf('query ($n: Int = 3) { entities(first: $n) { nodes { id } } }', { n: 50 }).cost).toBe(51)
    expect(priceOf('{ search(query: "x", first: 2) { edges { cursor } } }').cost).toBe(7)
  })

  test('prices fragments where they are spread', () => {
    const fragments = `fragment page on EntityConnection { nodes { ...entity } } fragment entity on Entity { kind { key } }`
    expect(priceOf(`{ entities(first: 10) { ...page } } ${fragments}`)).toEqual({ cost: 21, nodes: 21 })
    expect(
      priceOf(`{ a: entities(first: 1) { ...page } b: entities(first: 2) { ...page } } ${fragments}`).cost,
    ).toBe(8)
  })

  test('takes time linear in the length of the document', () => {
    const spreads = Array.from({ length: 100 }, (_, at) =>
      at === 99
        ? `fragment f${at} on Entity { id }`
        : `fragment f${at} on Entity { ...f${at + 1} ...f${at + 1} }`,
    )
    const document = parse(`{ entity(by: {slug: "a"}) { ...f0 } } ${spreads.join(' ')}`)
    expect(shapeDocument(schema, document).operations.get(undefined)!.fields).toBeGreaterThan(1e29)
    expect(priceDocument(schema, document).get(undefined)!({}).cost).toBe(1)
  })
})
