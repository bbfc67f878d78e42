/**
 * The one import of every test file.
 *
 * ```ts
 * import { assert, suite } from '../../checks/kit.ts';
 * const test = suite('ranges');
 * test('two ranges that touch become one', () => { assert.equal(…); });
 * test.run();
 * ```
 */
export { assert, type Expectation } from "./expectation.ts";
export { DeadlineError, suite, type SuiteOptions, type Test, type TestOptions } from "./suite.ts";
export {
  freePort,
  isLong,
  type Needs,
  needs,
  type Patience,
  seed,
  tempDir,
  testDataDir,
  until,
} from "./surroundings.ts";
