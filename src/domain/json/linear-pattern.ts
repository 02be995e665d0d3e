import { RE2JS } from 're2js'
import { spend } from '../work.ts'

/** A regular expression that a person wrote, compiled to an automaton. */
export interface LinearPattern {
  /** In time linear in the text, paid for by {@link spend}. */
  test(text: string): boolean
  /** Tells patterns apart: generated code keeps one of each. */
  toString(): string
}

/** In characters. */
const longestPattern = 2000
/** Steps of the automaton: a counted repetition takes one for each time. */
const largestProgram = 2000
/** A pair that begins with a backslash, or a property by the name that ECMA-262 has for it and RE2 does not. */
const escapes = /\\(?:([pP])\{(?:Script|sc|General_Category|gc)=(\w+)\}|.)/gsu

/**
 * Compiles a pattern of ECMA-262 (with the flag `u`, as JSON Schema has it) for RE2, which never goes back: no text can take
 * more than linear time. What cannot be matched so is refused: lookarounds and backreferences.
 *
 * @throws SyntaxError that says why
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
      // `test` would build its automaton ahead, which costs more than it saves on a text that is made to be new at every character.
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
