import { GraphQLError } from 'graphql'
import { isKey } from '../domain/slug.ts'
import { builder } from './builder.ts'

const rfc3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/
const sha256 = /^[0-9a-f]{64}$/

function text(name: string, value: unknown): string {
  if (typeof value !== 'string')
    throw new GraphQLError(`${name} cannot represent ${typeof value}; give a string.`)
  return value
}

builder.scalarType('DateTime', {
  description: 'A moment, RFC 3339; answers are in UTC with six digits.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: (value) => value,
  parseValue(value) {
    const moment = text('DateTime', value)
    if (!rfc3339.test(moment) || Number.isNaN(Date.parse(moment)))
      throw new GraphQLError('DateTime wants RFC 3339 with a zone, for example 2026-11-22T20:00:00Z.')
    return moment
  },
})

builder.scalarType('URL', {
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3986',
  serialize: (value) => value,
  parseValue(value) {
    const address = text('URL', value)
    if (!URL.canParse(address) || !/^https?:/i.test(address))
      throw new GraphQLError('URL wants an absolute http or https address.')
    return address
  },
})

builder.scalarType('JSON', {
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  serialize: (value) => value,
})

builder.scalarType('SHA256', {
  description: 'Lower-case hex SHA-256 of the RFC 8785 (JCS) canonical form.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8785',
  serialize: (value) => value,
  parseValue(value) {
    const hash = text('SHA256', value)
    if (!sha256.test(hash)) throw new GraphQLError('SHA256 wants 64 lower-case hexadecimal digits.')
    return hash
  },
})

builder.scalarType('Key', {
  description: 'Natural key: ^[a-z0-9][a-z0-9._:/-]*$, at most 200 characters. Stable across environments.',
  serialize: (value) => value,
  parseValue(value) {
    const key = text('Key', value)
    if (!isKey(key))
      throw new GraphQLError(
        'Key wants lower-case letters, digits and . _ : / - (a letter or digit first), at most 200 characters.',
      )
    return key
  },
})

builder.scalarType('Long', {
  description: 'A whole number that may exceed 32 bits (bytes); JSON number, at most 2^53-1.',
  serialize: (value) => value,
  parseValue(value) {
    if (!Number.isSafeInteger(value)) throw new GraphQLError('Long wants a whole number of at most 2^53-1.')
    return value as number
  },
})
