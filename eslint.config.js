import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Everything that decides: no clock, no chance, no promise, no world. See docs/adr/0001. */
const core = ['kernel', 'ring', 'membership', 'tasks', 'executor', 'placement', 'node/core'].map(
  (d) => `src/${d}/**/*.ts`,
);
/** The simulator's pure rooms: one seed, one story. */
const simulated = ['world', 'history', 'checks', 'workload', 'faults', 'measure', 'baselines', 'plan', 'swarm'].map(
  (d) => `simnet/${d}/**/*.ts`,
);

export default tseslint.config(
  { ignores: ['dist/', 'dist.*/', 'node_modules/', '.dependency-cruiser.cjs', 'examples/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['tsconfig.json', 'simnet/report/page/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      // An interface of what a schema describes has a name, which an alias of the same has not.
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      'max-lines': ['error', { max: 320 }],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
      eqeqeq: 'error',
    },
  },
  {
    files: [...core, ...simulated],
    ignores: ['src/**/io/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        'Date',
        'Promise',
        'performance',
        'setTimeout',
        'setInterval',
        'process',
        'console',
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Randomness is a seeded Prng given at construction.' },
        { object: 'globalThis', property: 'Date' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: ':function[async=true]', message: 'The core is synchronous: events in, effects out.' },
        { selector: 'AwaitExpression', message: 'The core is synchronous: events in, effects out.' },
        { selector: 'TSEnumDeclaration', message: 'Use a discriminated union.' },
      ],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['node:*', '@libp2p/*', 'libp2p', '@chainsafe/*', '**/io/*'],
              message: 'The core touches no world.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: {
      globals: Object.fromEntries(
        ['process', 'console', 'URL', 'Buffer', 'setTimeout', 'clearTimeout'].map((name) => [name, 'readonly']),
      ),
    },
  },
);
