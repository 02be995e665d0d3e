import eslint from '@eslint/js'
import tseslint from 'typescript-eslint'

const typed = tseslint.configs.recommendedTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] }))

export default tseslint.config(
  {
    ignores: [
      'node_modules/',
      'src/generated/',
      '.data/',
      'backups/',
      'coverage/',
      'dist/',
      // Recorded output of generators that a test makes and compares.
      '**/__generated__/',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  ...typed,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Contracts of libraries are methods of plain objects, which use no `this`.
      '@typescript-eslint/unbound-method': 'off',
      // A method that must return a promise by contract needs no await of its own.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.ts'],
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'prefer-const': 'error',
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Settings are read once, by loadSettings (src/config.ts).',
        },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ExportAllDeclaration',
          message: 'Import the file that defines a thing, never a re-export.',
        },
      ],
    },
  },
  {
    // Doors, tools and tests speak to the terminal and the environment; rooms below them do not.
    files: [
      '*.js',
      '*.ts',
      'bin/**',
      'scripts/**',
      'test/**',
      'bench/**',
      'src/cli.ts',
      'src/server.ts',
      'src/commands/**',
    ],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
      },
    },
    rules: { 'no-console': 'off', 'no-restricted-properties': 'off' },
  },
  { files: ['**/*.ts'], rules: { 'no-undef': 'off' } },
  {
    // Answers of a server are of any shape until a test has looked at them.
    files: ['test/**', 'bench/**'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // Numbers beyond 2^53 are what some tests are about.
      'no-loss-of-precision': 'off',
    },
  },
)
