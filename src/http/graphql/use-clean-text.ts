import { GraphQLError } from 'graphql'
import type { ValidationRule } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { AppError } from '../../errors.ts'

/** Deeper variables are a mistake or an attack: no input type comes close. */
const deepest = 64

/** Rejects what cannot be stored: U+0000, lone surrogates (which would silently become U+FFFD), and very deep variables. */
export function useCleanText(): Plugin {
  return {
    onParams({ params }) {
      checkText(params.query, 'query')
      checkValue(params.variables, 'variables')
      checkValue(params.extensions, 'extensions')
    },
    onValidate({ addValidationRule }) {
      addValidationRule(CleanLiteralsRule)
    },
  }
}

const CleanLiteralsRule: ValidationRule = (context) => ({
  StringValue(node) {
    const fault = faultOf(node.value)
    if (fault) context.reportError(new GraphQLError(`A text in the query ${fault}.`, { nodes: node }))
  },
})

/** Iterative, since a deep value would exhaust the stack. */
function checkValue(root: unknown, name: string): void {
  const waiting: { value: unknown; place: string; depth: number }[] = [{ value: root, place: name, depth: 0 }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, place, depth } = next
    if (typeof value === 'string') checkText(value, place)
    if (typeof value !== 'object' || value === null) continue
    if (depth >= deepest)
      throw new AppError('BAD_REQUEST', `\`${name}\` is nested more than ${deepest} levels deep.`, {
        limit: deepest,
      })
    for (const [key, item] of Object.entries(value)) {
      checkText(key, place)
      waiting.push({ value: item, place: `${place}.${key}`, depth: depth + 1 })
    }
  }
}

function checkText(text: unknown, place: string): void {
  const fault = typeof text === 'string' ? faultOf(text) : null
  if (fault) throw new AppError('BAD_REQUEST', `\`${place.slice(0, 200).toWellFormed()}\` ${fault}.`)
}

function faultOf(text: string): string | null {
  if (text.includes('\0')) return 'contains the character U+0000; remove it'
  return text.isWellFormed() ? null : 'is not well-formed Unicode (a lone surrogate); correct it'
}
