import { Lexer, Source, TokenKind } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { AppError } from '../../errors.ts'

/** Limits that are checked before anything recursive runs. */
export const documentLimits = { characters: 100_000, tokens: 10_000, brackets: 100 } as const

const opening = new Set<TokenKind>([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L])
const closing = new Set<TokenKind>([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R])

/** Rejects documents that are too long or too deep before they are parsed. */
export function useDocumentLimits(): Plugin {
  return {
    onParse({ parseFn, setParseFn }) {
      setParseFn((source: string | Source, options: unknown) => {
        checkDocument(typeof source === 'string' ? source : source.body)
        return parseFn(source, options) as unknown
      })
    },
  }
}

/** @throws AppError BAD_REQUEST or DEPTH_EXCEEDED, GraphQLError for syntax errors */
export function checkDocument(text: string): void {
  const { characters, tokens, brackets } = documentLimits
  if (text.length > characters)
    throw new AppError(
      'BAD_REQUEST',
      `The query has more than ${characters} characters; request less at a time.`,
      {
        limit: characters,
      },
    )
  const lexer = new Lexer(new Source(text))
  let depth = 0
  for (let count = 0; lexer.advance().kind !== TokenKind.EOF; count++) {
    if (count >= tokens)
      throw new AppError('BAD_REQUEST', `The query has more than ${tokens} tokens; request less at a time.`, {
        limit: tokens,
      })
    // Special in JavaScript: variables and responses with this name would be lost.
    if (lexer.token.value === '__proto__' && lexer.token.kind === TokenKind.NAME)
      throw new AppError('BAD_REQUEST', 'The query names something `__proto__`; choose another name.')
    if (opening.has(lexer.token.kind)) depth++
    else if (closing.has(lexer.token.kind)) depth--
    if (depth > brackets)
      throw new AppError('DEPTH_EXCEEDED', `The query is nested more than ${brackets} levels deep.`, {
        limit: brackets,
      })
  }
}
