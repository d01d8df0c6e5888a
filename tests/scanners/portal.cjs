// What Backstage does with a template, by the packages that it does it with: rjsf with ajv holds what is filled in
// against the form, and nunjucks renders the input of a step as the scaffolder sets it up.
//
// node portal.cjs FOLDER: the packages stand in FOLDER; one task a line comes in, and one answer a line goes out.
const { createRequire } = require("node:module");
const { createInterface } = require("node:readline");
const { join } = require("node:path");

const here = createRequire(join(process.argv[2], "package.json"));
const nunjucks = here("nunjucks");
const validator = here("@rjsf/validator-ajv8").default;
const { createSchemaUtils } = here("@rjsf/utils");

const options = { autoescape: false, tags: { variableStart: "${{", variableEnd: "}}" } };
const environment = nunjucks.configure(options);

// A text that is one expression and nothing else keeps the type of its value.
function isOneExpression(text) {
  const { children } = nunjucks.parser.parse(text, [], options);
  return children.length === 1 && !(children[0].children?.[0] instanceof nunjucks.nodes.TemplateData);
}

function rendered(value, known) {
  if (Array.isArray(value)) return value.map((each) => rendered(each, known));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, rendered(each, known)]));
  }
  if (typeof value !== "string") return value;
  if (!isOneExpression(value)) return environment.renderString(value, known);
  return JSON.parse(environment.renderString(value.replace(/\${{(.+)}}/g, "${{ ( $1 ) | dump }}"), known));
}

const tasks = {
  render: ({ input, known }) => rendered(input, known),
  check: ({ schema, filled }) => validator.validateFormData(filled, schema).errors.map((it) => `${it.property} ${it.message}`),
  begin: ({ schema, filled }) => createSchemaUtils(validator, schema).getDefaultFormState(schema, filled),
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const { task, ...given } = JSON.parse(line);
  console.log(JSON.stringify(tasks[task](given)));
});
