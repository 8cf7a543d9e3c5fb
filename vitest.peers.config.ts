import { defineConfig } from 'vitest/config';
import type { Reporter } from 'vitest/node';

/** The closing line. A test that did not run, because its peers did not start, has failed. */
const closingLine: Reporter = {
  onTestRunEnd(modules, errors) {
    const states = modules.flatMap((module) =>
      [...module.children.allTests()].map((test) => test.result().state),
    );
    const passed = states.filter((state) => state === 'passed').length;
    const brokenModules = modules.filter((module) => module.errors().length > 0).length;
    console.log(
      `peer-tests: ${passed} passed, ${states.length - passed + brokenModules + errors.length} failed`,
    );
  },
};

export default defineConfig({
  test: {
    include: ['peer-tests/**/*.test.ts'],
    fileParallelism: false,
    // Safety nets only: a slow machine is no defect.
    testTimeout: 540_000,
    hookTimeout: 540_000,
    reporters: ['default', closingLine],
  },
});
