// The walls between the packages (docs/explanation/architecture.md). Run by `npm run deps` over packages/*/src.
const tests = '(\\.test\\.ts$|/src/testing/)'
const src = (names) => `^packages/(${names})/src/`
const other = (names) =>
  `^packages/(${names})/|^node_modules/@netstreamline/(${names})/|^@netstreamline/(${names})($|/)`
const all = 'cli|control|core|fe-[a-z]+|jit|rings|space-[a-z]+|srl|testkit'

/** A rule that files of `from`, tests apart, import no package of `to`. */
const wall = (name, comment, from, to) => ({
  name,
  comment,
  severity: 'error',
  from: { path: src(from), pathNot: tests },
  to: { path: other(to) },
})

module.exports = {
  forbidden: [
    {
      name: 'core-imports-nothing',
      comment: 'Contracts only: core depends on nothing.',
      severity: 'error',
      from: { path: src('core'), pathNot: tests },
      to: { pathNot: src('core') },
    },
    wall('jit-knows-core', 'jit imports core only.', 'jit', 'cli|control|fe-[a-z]+|rings|space-[a-z]+|srl|testkit'),
    wall('rings-know-core', 'rings imports core only.', 'rings', 'cli|control|fe-[a-z]+|jit|space-[a-z]+|srl|testkit'),
    wall(
      'elements-know-core-and-jit',
      'Packages of functional elements meet by name in the registry: they import core and jit.',
      'fe-[a-z]+',
      'cli|control|rings|space-[a-z]+|srl|testkit',
    ),
    {
      name: 'elements-apart',
      comment: 'No package of functional elements imports another.',
      severity: 'error',
      from: { path: '^packages/(fe-[a-z]+)/src/', pathNot: tests },
      to: { path: '^packages/fe-[a-z]+/|^(node_modules/)?@netstreamline/fe-', pathNot: '^packages/$1/' },
    },
    wall(
      'spaces-know-no-control',
      'Spaces import core, rings and jit.',
      'space-[a-z]+',
      'cli|control|fe-[a-z]+|srl|testkit',
    ),
    {
      name: 'spaces-apart',
      comment: 'No space imports another.',
      severity: 'error',
      from: { path: '^packages/(space-[a-z]+)/src/', pathNot: tests },
      to: { path: '^packages/space-[a-z]+/|^(node_modules/)?@netstreamline/space-', pathNot: '^packages/$1/' },
    },
    wall(
      'srl-knows-core',
      'srl and control meet in the Request.',
      'srl',
      'cli|control|fe-[a-z]+|jit|rings|space-[a-z]+|testkit',
    ),
    wall(
      'control-knows-core',
      'control runs in terms of the contracts.',
      'control',
      'cli|srl|fe-[a-z]+|jit|rings|space-[a-z]+|testkit',
    ),
    {
      name: 'no-deep-imports',
      comment:
        'Another package is imported by what its package.json exports, not by a path into its source or output. Tests may: elements are not exported by name.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/', pathNot: tests },
      to: { path: '^packages/[^/]+/src/', pathNot: '^packages/$1/' },
    },
    {
      name: 'node-in-its-place',
      comment: 'What browsers run too imports no `node:` module; `*.node.ts` files, the command line and tests may.',
      severity: 'error',
      from: { pathNot: `(\\.node\\.ts$|/node\\.ts$|^packages/cli/|${tests})` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-cycles',
      comment: 'Imports of types are erased, and an `import()` runs when all modules stand: neither makes a cycle.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only', 'dynamic-import'] } },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^#' } },
    {
      name: 'declared',
      comment: 'What is imported is a dependency of the package itself; tests may use the root’s.',
      severity: 'error',
      from: { path: `^packages/(${all})/src/`, pathNot: tests },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    // Imports of types count too, and are followed within this repository only.
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    doNotFollow: { path: '(^|/)(node_modules|dist)/' },
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'import', 'node', 'default'] },
  },
}
