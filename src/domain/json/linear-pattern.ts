import { RE2JS } from 're2js'
import { spend } from '../work.ts'

/** A user-written regular expression, compiled to an automaton. */
export interface LinearPattern {
  /** In time linear in the text, charged with {@link spend}. */
  test(text: string): boolean
  /** Distinguishes patterns: generated code keeps one of each. */
  toString(): string
}

const longestPattern = 2000
/** Automaton steps; a counted repetition takes one per count. */
const largestProgram = 2000
/** An escape pair, or a property name that ECMA-262 has and RE2 does not. */
const escapes = /\\(?:([pP])\{(?:Script|sc|General_Category|gc)=(\w+)\}|.)/gsu

/**
 * Compiles an ECMA-262 pattern (flag `u`, as in JSON Schema) for RE2, which never backtracks, so matching is
 * linear. Lookarounds and backreferences are refused.
 * @throws SyntaxError with the reason
 */
export function compilePattern(source: string): LinearPattern {
  if (source.length > longestPattern)
    throw new SyntaxError(`a pattern has ${longestPattern} characters at most`)
  checkSyntax(source)
  let expression: RE2JS
  try {
    expression = RE2JS.compile(RE2JS.translateRegExp(forRe2(source)))
  } catch (error) {
    const why = (error as Error).message.replace('error parsing regexp: ', '')
    throw new SyntaxError(
      `is matched in linear time, without lookarounds, backreferences and repetitions above 1000 (${why})`,
    )
  }
  const size = expression.programSize()
  if (size > largestProgram) throw new SyntaxError('repeats too much; count less, or say less')
  return {
    test(text) {
      spend(20 + text.length * size)
      // `test` would build its automaton eagerly, which is slower on adversarial text.
      return expression.matcher(text).find()
    },
    toString: () => `/${source}/u`,
  }
}

function checkSyntax(source: string): void {
  try {
    new RegExp(source, 'u')
  } catch (error) {
    throw new SyntaxError(`is no regular expression: ${(error as Error).message}`)
  }
}

function forRe2(source: string): string {
  return source.replace(escapes, (pair, letter: string | undefined, property: string | undefined) => {
    if (pair === '\\k') throw new Error('named backreference')
    return letter === undefined ? pair : `\\${letter}{${property}}`
  })
}
