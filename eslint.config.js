// What people would otherwise have to remember. Layout is Prettier's; arrows, names and sizes are checks/tidy.test.ts's.
import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import tseslint from "typescript-eslint";

// Node runs our TypeScript by taking the types away, so syntax that must be compiled cannot run at all.
const NOT_ERASABLE = [
  { selector: "TSEnumDeclaration", message: "Node cannot run enums; write a union of strings, or a frozen object." },
  { selector: "TSModuleDeclaration[kind='namespace']", message: "Node cannot run namespaces; write a module." },
  { selector: "TSParameterProperty", message: "Node cannot run parameter properties; declare the field." },
  { selector: "Decorator", message: "Node cannot run decorators; call the function." },
];
const ONLY = [{ selector: "MemberExpression[property.name='only']", message: "test.only hides the other tests." }];

export default tseslint.config(
  { ignores: ["**/node_modules/", "data/", "**/.scratch*/", "dashboards/grafana/generated/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: "error",
      "no-console": "off", // checks/tidy.test.ts knows where it may be used.
      "no-restricted-syntax": ["error", ...NOT_ERASABLE],
      "no-restricted-globals": ["error", { name: "event", message: "Name the parameter." }],
      "no-else-return": "error",
      "object-shorthand": "error",
      "prefer-template": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-import-type-side-effects": "off", // It forbids what consistent-type-imports writes.
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/only-throw-error": "error",
      "@typescript-eslint/prefer-promise-reject-errors": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/use-unknown-in-catch-callback-variable": "error",
      // An interface may promise asynchrony that one home of it does not need.
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/unbound-method": "off",
    },
  },
  {
    files: ["**/*.test.ts", "**/test/**/*.ts", "checks/**/*.ts", "bench/**/*.ts"],
    rules: {
      "no-restricted-syntax": ["error", ...NOT_ERASABLE, ...ONLY],
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unnecessary-condition": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/only-throw-error": "off",
      "@typescript-eslint/prefer-promise-reject-errors": "off",
    },
  },
  { files: ["**/*.js"], languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly" } } },
  prettier,
);
