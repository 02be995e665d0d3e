import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createClientProject } from './client-project.ts'
import type { ClientProject } from './client-project.ts'

describe("graphql-codegen's client preset", () => {
  let project: ClientProject
  beforeAll(async () => {
    project = await createClientProject()
    expect(await generate()).toMatchObject({ exitCode: 0 })
  }, 90_000)
  afterAll(() => project.remove())
  const generate = () => project.run('codegen', 'graphql-codegen', '--config', 'codegen.ts')

  test('generates what compiles under strict, together with a program that uses it', async () => {
    const compiled = await project.compile('codegen')
    console.log(`codegen: ${compiled.exitCode === 0 ? 'compiles' : 'does not compile'}`)
    expect(compiled).toEqual({ exitCode: 0, output: '' })
    expect(await project.read('codegen/gql/graphql.ts')).toContain('NeighborsOfQuery')
  })

  test('the program asks the server', async () => {
    const { readNeighbors } = await import(project.path('codegen/neighbors.ts'))
    expect(await readNeighbors(inject('product').endpoint, 'portugal')).toEqual(['Spain'])
  })

  test.each([
    ['a field that was not asked for', '({ title }) => title', '({ slug }) => slug', /TS2339.*'slug'/],
    ['a variable of another type', '{ slug })', '{ slug: 7 })', /TS2322.*'number'.*'string'/],
    ['a null that is not looked at', 'entity?.', 'entity.', /TS18047.*'entity' is possibly 'null'/],
  ])('the compiler refuses %s', async (_name, right, wrong, complaint) => {
    await project.plant('codegen/neighbors.ts', right, wrong)
    const { exitCode, output } = await project.compile('codegen')
    await project.plant('codegen/neighbors.ts', wrong, right)
    expect(output).toMatch(complaint)
    expect(output.match(/error TS/g)).toHaveLength(1)
    expect(exitCode).toBe(2)
  })

  test('the generator refuses a field that the schema lacks', async () => {
    await project.plant('codegen/neighbors.ts', 'nodes {\n          title', 'nodes {\n          name')
    const { exitCode, output } = await generate()
    await project.plant('codegen/neighbors.ts', 'nodes {\n          name', 'nodes {\n          title')
    expect(exitCode).toBe(1)
    expect(output).toContain('Cannot query field "name" on type "Entity"')
  })
})
