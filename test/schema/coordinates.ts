import {
  astFromValue,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedDirective,
  isUnionType,
  print,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLSchema,
} from 'graphql'

/** A schema as facts: each coordinate (`Type.field(argument:)`) with everything clients can rely on. */
export function factsOf(schema: GraphQLSchema): Map<string, string> {
  const facts = new Map<string, string>()
  const input = ({ type, defaultValue }: GraphQLArgument | GraphQLInputField) =>
    `${String(type)}${defaultValue === undefined ? '' : ` = ${print(astFromValue(defaultValue, type)!)}`}`
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type)) continue
    const name = type.name
    if (isObjectType(type) || isInterfaceType(type)) {
      facts.set(name, isObjectType(type) ? 'type' : 'interface')
      for (const { name: implemented } of type.getInterfaces())
        facts.set(`${name} implements ${implemented}`, '')
      for (const field of Object.values(type.getFields())) {
        facts.set(`${name}.${field.name}`, String(field.type))
        for (const argument of field.args)
          facts.set(`${name}.${field.name}(${argument.name}:)`, input(argument))
      }
    } else if (isInputObjectType(type)) {
      facts.set(name, type.isOneOf ? 'input @oneOf' : 'input')
      for (const field of Object.values(type.getFields())) facts.set(`${name}.${field.name}`, input(field))
    } else if (isEnumType(type)) {
      facts.set(name, 'enum')
      for (const value of type.getValues()) facts.set(`${name}.${value.name}`, '')
    } else if (isUnionType(type)) {
      facts.set(name, 'union')
      for (const member of type.getTypes()) facts.set(`${name} | ${member.name}`, '')
    } else if (isScalarType(type)) facts.set(name, `scalar ${type.specifiedByURL ?? ''}`)
  }
  for (const directive of schema.getDirectives().filter((each) => !isSpecifiedDirective(each)))
    facts.set(
      `@${directive.name}`,
      `${directive.args
        .map((argument) => `${argument.name}: ${input(argument)}`)
        .sort()
        .join(', ')} on ${[...directive.locations].sort().join(' | ')}`,
    )
  return facts
}
