import type { Plugin } from 'graphql-yoga'

/** Answers an unsatisfiable `Accept` header with a JSON error listing the available types. */
export function useAcceptableType(): Plugin {
  return {
    onResultProcess({ resultProcessor, setResultProcessor }) {
      if (resultProcessor !== undefined) return
      const message = 'Accept application/graphql-response+json or application/json.'
      const body = JSON.stringify({ errors: [{ message, extensions: { code: 'NOT_ACCEPTABLE' } }] })
      const type = 'application/json; charset=utf-8'
      setResultProcessor(
        (_result, fetchAPI) =>
          new fetchAPI.Response(body, { status: 406, headers: { 'content-type': type } }),
        'application/json',
      )
    },
  }
}
