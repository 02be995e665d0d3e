import {
  GraphQLError,
  valueFromASTUntyped,
  visit,
  type FloatValueNode,
  type IntValueNode,
  type ValueNode,
} from 'graphql'
import { isExactNumber } from '../../domain/json/exact-number.ts'
import { isKey } from '../../domain/graph/slug.ts'
import { momentForm, parseMoment } from '../../domain/timestamp.ts'
import { builder } from './builder.ts'

const sha256 = /^[0-9a-f]{64}$/

function text(name: string, value: unknown): string {
  if (typeof value !== 'string')
    throw new GraphQLError(`${name} cannot represent ${typeof value}; use a string.`)
  return value
}

/** Adds the location in the document or variables, which graphql-js omits for some errors. */
function readBy<Value>(parse: (value: unknown) => Value) {
  return {
    parseValue: parse,
    parseLiteral(node: ValueNode, variables?: Record<string, unknown> | null): Value {
      try {
        return parse(valueFromASTUntyped(node, variables))
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error
        throw new GraphQLError(error.message, { nodes: node })
      }
    },
  }
}

builder.scalarType('DateTime', {
  description:
    'A moment: RFC 3339 with a zone of at most ±23:59, a day of the calendar, in UTC within the years 1 to 9999. Answers are in UTC with six digits.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: (value) => value,
  ...readBy((value) => {
    const moment = parseMoment(text('DateTime', value))
    if (moment === null) throw new GraphQLError(`DateTime must be ${momentForm}.`)
    return moment
  }),
})

builder.scalarType('URL', {
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3986',
  serialize: (value) => value,
  ...readBy((value) => {
    const address = text('URL', value)
    if (!URL.canParse(address) || !/^https?:/i.test(address))
      throw new GraphQLError('URL must be an absolute http or https address.')
    return address
  }),
})

builder.scalarType('JSON', {
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral(node, variables) {
    refuseChangedNumbers(node)
    return valueFromASTUntyped(node, variables)
  },
})

/** Rejects literals that lose precision; numbers in variables are checked when the request is read. */
function refuseChangedNumbers(literal: ValueNode): void {
  const refuse = (node: IntValueNode | FloatValueNode) => {
    if (!isExactNumber(node.value))
      throw new GraphQLError(
        `JSON cannot keep the number ${node.value.slice(0, 40)} exactly; write it as a string.`,
        {
          nodes: node,
        },
      )
  }
  visit(literal, { IntValue: refuse, FloatValue: refuse })
}

builder.scalarType('SHA256', {
  description: 'Lower-case hex SHA-256 of the RFC 8785 (JCS) canonical form.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8785',
  serialize: (value) => value,
  ...readBy((value) => {
    const hash = text('SHA256', value)
    if (!sha256.test(hash)) throw new GraphQLError('SHA256 must be 64 lower-case hexadecimal digits.')
    return hash
  }),
})

builder.scalarType('Key', {
  description: 'Natural key: ^[a-z0-9][a-z0-9._:/-]*$, at most 200 characters. Stable across environments.',
  serialize: (value) => value,
  ...readBy((value) => {
    const key = text('Key', value)
    if (!isKey(key))
      throw new GraphQLError(
        'Key may contain lower-case letters, digits and . _ : / - (a letter or digit first), at most 200 characters.',
      )
    return key
  }),
})

builder.scalarType('Long', {
  description: 'A whole number that may exceed 32 bits (bytes); JSON number, at most 2^53-1.',
  serialize: (value) => value,
  ...readBy((value) => {
    if (!Number.isSafeInteger(value)) throw new GraphQLError('Long must be a whole number of at most 2^53-1.')
    return value as number
  }),
})
