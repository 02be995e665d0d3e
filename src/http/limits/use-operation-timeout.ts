import { GraphQLError, type ExecutionResult } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { AppError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { isMutation, type OperationArgs } from '../graphql/operation-args.ts'
import { withinTime } from '../fast-path/within-time.ts'

type Execute = (args: unknown) => ExecutionResult | Promise<ExecutionResult>

/** Answers TIMEOUT for slow queries. Mutations are not cut off, since the client must learn the outcome. */
export function useOperationTimeout(milliseconds: number, log: Log): Plugin {
  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      const operation = args as unknown as OperationArgs
      if (isMutation(operation)) return
      const left = milliseconds - operation.contextValue.waitedMs
      setExecuteFn((...given: Parameters<typeof executeFn>) => {
        if (left <= 0) return timedOut(milliseconds)
        const result = (executeFn as Execute)(given[0])
        return result instanceof Promise ? within(result, { limit: milliseconds, left }, log) : result
      })
    },
  }
}

function timedOut(limit: number): ExecutionResult {
  const message = `The operation took longer than ${limit} ms; request less at a time.`
  const originalError = new AppError('TIMEOUT', message, { limit })
  return { errors: [new GraphQLError(message, { originalError })] }
}

/** @param left remaining milliseconds */
async function within(
  result: Promise<ExecutionResult>,
  { limit, left }: { limit: number; left: number },
  log: Log,
): Promise<ExecutionResult> {
  result.catch((error: unknown) => log.debug({ err: error }, 'an operation failed, perhaps after timing out'))
  return (await withinTime(result, left)) ?? timedOut(limit)
}
