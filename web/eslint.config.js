// Lint rules: strict TypeScript, the rules of hooks, and accessibility of markup.
import js from "@eslint/js";
import globals from "globals";
import accessibility from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import ts from "typescript-eslint";

export default ts.config(
  { ignores: ["dist", "dev-dist", "node_modules"] },
  js.configs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    extends: [...ts.configs.strict],
    plugins: { "react-hooks": hooks, "jsx-a11y": accessibility },
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      ...accessibility.flatConfigs.recommended.rules,
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "max-lines": ["error", { max: 600, skipBlankLines: true }],
      "no-console": "error",
      "@typescript-eslint/no-invalid-void-type": "off",
      // Lists that scroll by keyboard and menus with roving focus need these.
      "jsx-a11y/no-noninteractive-tabindex": "off",
      "jsx-a11y/no-noninteractive-element-interactions": "off",
      "jsx-a11y/no-noninteractive-element-to-interactive-role": "off",
      "jsx-a11y/no-redundant-roles": "off",
      "jsx-a11y/no-autofocus": "off",
    },
  },
  { files: ["scripts/**", "*.js"], languageOptions: { globals: globals.node }, rules: { "no-console": "off" } },
);
