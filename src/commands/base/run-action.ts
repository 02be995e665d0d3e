import type { CommandAction } from './context.ts'

/** Runs a command's action and records its exit code. */
export type RunAction = <Options>(action: CommandAction<Options>, options: Options) => Promise<void>

export const jsonOption = ['--json', 'print the structured summary as JSON on standard output'] as const

/** Collects the values of a repeatable option. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}
