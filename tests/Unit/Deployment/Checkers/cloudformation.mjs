// Holds CloudFormation templates against AWS's own description of its resources: node cloudformation.mjs <folder of the packages> <template>...
// Writes a line for each finding; exit code 1 when there are any.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [folder, ...files] = process.argv.slice(2);
const require = createRequire(join(folder, 'package.json'));
const { yamlParse } = require('yaml-cfn');
const specification = require('@aws-cdk/aws-service-spec').loadAwsServiceSpecSync();

const sections = ['AWSTemplateFormatVersion', 'Description', 'Metadata', 'Parameters', 'Mappings', 'Rules', 'Conditions', 'Resources', 'Outputs'];
const attributes = ['Type', 'Properties', 'Condition', 'DependsOn', 'DeletionPolicy', 'UpdateReplacePolicy', 'Metadata'];
const functions = ['Fn::Sub', 'Fn::GetAtt', 'Fn::If', 'Fn::Equals', 'Fn::Not', 'Fn::And', 'Fn::Or', 'Fn::Join', 'Fn::Select', 'Fn::Split'];
const isObject = value => typeof value === 'object' && value !== null && !Array.isArray(value);
const isFunction = value => isObject(value) && Object.keys(value).length === 1 && /^(Ref|Condition|Fn::.*)$/.test(Object.keys(value)[0]);

class Template {
  findings = [];

  constructor(template) {
    this.template = template;
    this.resources = template.Resources ?? {};
  }

  check() {
    for (const section of Object.keys(this.template).filter(key => !sections.includes(key))) this.say(section, 'is no section of a template');
    if (Object.keys(this.resources).length === 0) this.say('Resources', 'are missing');
    for (const [name, resource] of Object.entries(this.resources)) this.checkResource(`Resources/${name}`, resource);
    for (const [name, output] of Object.entries(this.template.Outputs ?? {})) {
      if (output.Value === undefined) this.say(`Outputs/${name}`, 'has no value');
      if (output.Condition) this.checkCondition(`Outputs/${name}`, output.Condition);
    }
    for (const [name, parameter] of Object.entries(this.template.Parameters ?? {})) {
      if (!/^(String|Number|CommaDelimitedList|List<Number>|AWS::.+)$/.test(parameter.Type)) this.say(`Parameters/${name}`, `has no type that there is: ${parameter.Type}`);
      if (parameter.AllowedPattern && parameter.Default !== undefined && !new RegExp(parameter.AllowedPattern).test(parameter.Default)) this.say(`Parameters/${name}`, 'has a default that its own pattern refuses');
    }
    for (const section of ['Conditions', 'Resources', 'Outputs']) this.checkFunctions(section, this.template[section] ?? {});
    return this.findings;
  }

  say(where, what) {
    this.findings.push(`${where} ${what}`);
  }

  checkResource(where, resource) {
    for (const attribute of Object.keys(resource).filter(key => !attributes.includes(key))) this.say(where, `has no attribute ${attribute}`);
    if (resource.Condition) this.checkCondition(where, resource.Condition);
    for (const other of [resource.DependsOn ?? []].flat().filter(other => !(other in this.resources))) this.say(where, `depends on ${other}, which is not there`);
    const type = typeOf(resource);
    if (resource.Type?.startsWith('Custom::')) {
      if (!resource.Properties?.ServiceToken) this.say(where, 'lacks ServiceToken');
    } else if (type) this.checkProperties(where, resource.Properties ?? {}, type.properties);
    else this.say(where, `is of no type that there is: ${resource.Type}`);
  }

  checkProperties(where, given, known) {
    for (const [name, property] of Object.entries(known)) {
      if (property.required && given[name] === undefined) this.say(where, `lacks ${name}`);
    }
    for (const [name, value] of Object.entries(given)) {
      if (known[name]) this.checkValue(`${where}/${name}`, value, known[name].type);
      else this.say(where, `has no property ${name}`);
    }
  }

  checkValue(where, value, type) {
    if (isFunction(value)) return;
    const fits = {
      string: () => ['string', 'number', 'boolean'].includes(typeof value),
      'date-time': () => typeof value === 'string',
      boolean: () => ['boolean', 'true', 'false'].includes(typeof value === 'boolean' ? 'boolean' : value),
      number: () => Number.isFinite(Number(value)),
      integer: () => Number.isInteger(Number(value)),
      json: () => isObject(value),
      map: () => isObject(value),
      array: () => Array.isArray(value),
      ref: () => isObject(value),
      tag: () => isObject(value) && typeof value.Key === 'string' && value.Value !== undefined,
      union: () => type.types.some(one => new Template({}).fits(value, one)),
    }[type.type]();
    if (!fits) return this.say(where, `is no ${type.type}: ${JSON.stringify(value)}`);
    if (type.type === 'array') value.forEach((element, index) => this.checkValue(`${where}/${index}`, element, type.element));
    if (type.type === 'map') Object.entries(value).forEach(([key, element]) => this.checkValue(`${where}/${key}`, element, type.element));
    if (type.type === 'ref') this.checkProperties(where, value, specification.get('typeDefinition', type.reference.$ref).properties);
  }

  fits(value, type) {
    this.checkValue('', value, type);
    return this.findings.length === 0;
  }

  checkFunctions(where, value) {
    if (Array.isArray(value)) value.forEach((element, index) => this.checkFunctions(`${where}/${index}`, element));
    else if (isObject(value)) {
      if (isFunction(value)) this.checkFunction(where, ...Object.entries(value)[0]);
      for (const [key, element] of Object.entries(value)) this.checkFunctions(`${where}/${key}`, element);
    }
  }

  checkFunction(where, name, argument) {
    if (name === 'Ref') this.checkReference(where, argument);
    else if (name === 'Fn::GetAtt') this.checkAttribute(where, ...(Array.isArray(argument) ? argument : argument.split('.', 2)));
    else if (name === 'Fn::If') this.checkCondition(where, argument[0]);
    else if (name === 'Fn::Sub') this.checkText(where, ...[argument].flat());
    else if (name === 'Condition') this.checkCondition(where, argument);
    else if (!functions.includes(name)) this.say(where, `uses ${name}, which isn't among the functions that this checker knows`);
  }

  checkText(where, text, variables = {}) {
    for (const [, name] of text.matchAll(/\$\{([^!}][^}]*)\}/g)) {
      if (name in variables) continue;
      if (name.includes('.')) this.checkAttribute(where, ...name.split('.', 2));
      else this.checkReference(where, name);
    }
  }

  checkReference(where, name) {
    if (!name.startsWith('AWS::') && !(name in this.resources) && !(name in (this.template.Parameters ?? {}))) this.say(where, `refers to ${name}, which is not there`);
  }

  checkAttribute(where, name, attribute) {
    if (!(name in this.resources)) this.say(where, `refers to ${name}, which is not there`);
    else if (!(attribute in (typeOf(this.resources[name])?.attributes ?? {}))) this.say(where, `refers to ${name}.${attribute}, which it doesn't have`);
  }

  checkCondition(where, name) {
    if (!(name in (this.template.Conditions ?? {}))) this.say(where, `goes by the condition ${name}, which is not there`);
  }
}

function typeOf(resource) {
  return specification.lookup('resource', 'cloudFormationType', 'equals', resource.Type)[0];
}

const findings = files.flatMap(file => new Template(yamlParse(readFileSync(file, 'utf8'))).check().map(finding => `${file}: ${finding}`));
for (const finding of findings) console.log(finding);
process.exitCode = findings.length === 0 ? 0 : 1;
