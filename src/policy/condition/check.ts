import { parse } from '@bufbuild/cel';
import { Field, LABEL_BASE } from '../../../assembly/shared/fields.ts';
import { type Diagnostic, suggest } from '../../diagnostic.ts';
import type { ConditionSource } from '../compile_routes.ts';
import { FIELD_BY_PATH, FIELDS } from '../fields.ts';
import { CLOCK_METHODS, type ClockMethod, clockTest } from './clock.ts';
import { type Expr, extentOf, syntaxFault } from './expression.ts';
import { placeOf } from './extent.ts';
import { Fault } from './fault.ts';
import type { CheckedCondition, Extent, FieldRef, Node, Operand, Operator } from './model.ts';
import type { Names } from './names.ts';
import { literalOperand, stringOf } from './operands.ts';

const LABELS = 'labels.';
const FLIPPED: Readonly<Record<string, Operator>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};
const COMPARISONS = new Map<string, Operator>([
  ['_==_', '=='],
  ['_!=_', '!='],
  ['_<_', '<'],
  ['_<=_', '<='],
  ['_>_', '>'],
  ['_>=_', '>='],
]);
const TEXT_METHODS = ['startsWith', 'endsWith', 'contains', 'matches'] as const;

/** Parses and checks one condition. All its faults go to `report`; then there is no result. */
export function checkCondition(
  source: ConditionSource,
  names: Names,
  report: (diagnostic: Diagnostic) => void,
): CheckedCondition | undefined {
  const checker = new Checker(source.text, names);
  const node = checker.run();
  for (const { code, message, at, help } of checker.faults) {
    report({ code, message, ...placeOf(source, at), ...(help === undefined ? {} : { help }) });
  }
  return node === undefined || checker.faults.length > 0 ? undefined : { text: source.text, node };
}

class Checker {
  readonly faults: Fault[] = [];
  readonly #text: string;
  readonly #names: Names;
  #positions: { readonly [id: string]: number } = {};

  constructor(text: string, names: Names) {
    this.#text = text;
    this.#names = names;
  }

  run(): Node | undefined {
    try {
      const parsed = parse(this.#text);
      this.#positions = parsed.sourceInfo?.positions ?? {};
      return parsed.expr && this.#node(parsed.expr);
    } catch (error) {
      if (error instanceof Fault) this.faults.push(error);
      else this.faults.push(syntaxFault(error as Error, this.#text));
      return undefined;
    }
  }

  /** A boolean expression; its faults are noted, so that its neighbours are checked too. */
  #node(expr: Expr): Node {
    try {
      return this.#boolean(expr);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.faults.push(error);
      return { kind: 'constant', value: false, at: this.#extent(expr) };
    }
  }

  #boolean(expr: Expr): Node {
    const at = this.#extent(expr);
    const kind = expr.exprKind;
    if (kind.case === 'constExpr' && kind.value.constantKind.case === 'boolValue') {
      return { kind: 'constant', value: kind.value.constantKind.value, at };
    }
    if (kind.case === 'callExpr') return this.#call(expr, at);
    if (kind.case === 'selectExpr' && kind.value.testOnly) {
      const field = this.#fieldOf(`${this.#path(kind.value.operand) ?? ''}.${kind.value.field}`, at);
      return { kind: 'test', field, operator: 'has', operands: [], lower: false, at };
    }
    if (kind.case === 'identExpr' && this.#names.conditions.includes(kind.value.name))
      return this.#named(kind.value.name, at);
    const field = this.#field(expr);
    if (field === undefined)
      throw new Fault('condition_expected', 'this is no condition', at, 'compare a field with a constant');
    if (field.type !== 'bool') {
      throw new Fault(
        'condition_expected',
        `\`${field.path}\` is no boolean`,
        at,
        `compare it, or ask for it with \`has(${field.path})\``,
      );
    }
    return { kind: 'test', field, operator: 'isTrue', operands: [], lower: false, at };
  }

  /** Where the condition has faults itself nothing more is said of it here. */
  #named(name: string, at: Extent): Node {
    const condition = this.#names.condition(name, at);
    if (condition === undefined) return { kind: 'constant', value: false, at };
    return { kind: 'elsewhere', where: `condition ${name}`, condition, at };
  }

  #call(expr: Expr, at: Extent): Node {
    if (expr.exprKind.case !== 'callExpr') throw new Error('not a call');
    const { function: name, args, target } = expr.exprKind.value;
    if (name === '_&&_' || name === '_||_') {
      return { kind: name === '_&&_' ? 'and' : 'or', nodes: args.map((arg) => this.#node(arg)), at };
    }
    if (name === '!_') return { kind: 'not', node: this.#node(args[0]!), at };
    if (name === '_?_:_') {
      const [test, yes, no] = args.map((arg) => this.#node(arg));
      const nodes: Node[] = [
        { kind: 'and', nodes: [test!, yes!], at },
        { kind: 'and', nodes: [{ kind: 'not', node: test!, at }, no!], at },
      ];
      return { kind: 'or', nodes, at };
    }
    const comparison = COMPARISONS.get(name);
    if (comparison !== undefined) return this.#comparison(comparison, args[0]!, args[1]!, at);
    if (name === '@in') return this.#membership(args[0]!, args[1]!, at);
    if (target !== undefined && name === 'containsIP') return this.#containsIp(target, args, at);
    const method = TEXT_METHODS.find((each) => each === name);
    if (target !== undefined && method !== undefined) return this.#textMethod(method, target, args, at);
    const clock = CLOCK_METHODS.find((each) => each === name);
    if (target !== undefined && clock !== undefined) return this.#clock(clock, target, args, at);
    if (/^_.*_$|^-_$/.test(name)) {
      throw new Fault('not_a_test', 'a condition compares fields with constants; it does not compute', at);
    }
    // A field with a dot is a test of its own to the parser.
    if (name === 'has') {
      throw new Fault('unknown_field', '`has` asks for a field of the event', at, 'write `has(actor.name)`');
    }
    const near = suggest(name, [
      ...TEXT_METHODS,
      ...CLOCK_METHODS,
      'containsIP',
      'lowerAscii',
      'cidr',
      'duration',
      'timestamp',
    ]);
    throw new Fault('unknown_function', `unknown function \`${name}\``, at, near && `did you mean \`${near}\`?`);
  }

  #comparison(operator: Operator, left: Expr, right: Expr, at: Extent): Node {
    const plain = this.#subject(left);
    const swapped = plain === undefined ? this.#subject(right) : undefined;
    const subject = plain ?? swapped;
    const other = plain === undefined ? left : right;
    if (subject === undefined)
      throw new Fault('field_expected', 'no field is compared here', at, 'one side has to be a field of the event');
    if (plain !== undefined && this.#subject(right) !== undefined) {
      throw new Fault(
        'two_fields',
        'two fields cannot be compared with each other',
        at,
        'compare each with a constant',
      );
    }
    const actual = plain === undefined ? FLIPPED[operator]! : operator;
    if (!['==', '!='].includes(actual)) this.#orderable(subject.field, at);
    const operands = [this.#operand(subject.field, other)];
    return { kind: 'test', field: subject.field, operator: actual, operands, lower: subject.lower, at };
  }

  #orderable(field: FieldRef, at: Extent): void {
    const ordered =
      ['int', 'time', 'duration', 'bytes', 'port'].includes(field.type) || field.path === 'event.severity';
    if (!ordered) throw new Fault('not_ordered', `\`${field.path}\` has no order`, at, 'use `==`, `!=` or `in`');
  }

  #membership(left: Expr, right: Expr, at: Extent): Node {
    const subject = this.#subject(left);
    if (subject === undefined) throw new Fault('field_expected', '`in` needs a field on its left', at);
    if (right.exprKind.case !== 'listExpr')
      throw new Fault('list_expected', '`in` needs a list of constants on its right', this.#extent(right));
    const operands = right.exprKind.value.elements.map((element) => this.#operand(subject.field, element));
    return { kind: 'test', field: subject.field, operator: 'in', operands, lower: subject.lower, at };
  }

  #containsIp(target: Expr, args: readonly Expr[], at: Extent): Node {
    const call = target.exprKind;
    const isBlock = call.case === 'callExpr' && call.value.function === 'cidr' && call.value.args.length === 1;
    if (!isBlock)
      throw new Fault(
        'block_expected',
        '`containsIP` belongs to a block of addresses',
        at,
        'write `cidr("10.0.0.0/8").containsIP(src.ip)`',
      );
    const field = args.length === 1 ? this.#field(args[0]!) : undefined;
    if (field?.type !== 'address')
      throw new Fault('address_expected', '`containsIP` takes an address field', at, 'such as `src.ip`');
    const block = literalOperand(field, call.value.args[0]!, this.#extent(call.value.args[0]!), true);
    return { kind: 'test', field, operator: 'containsIP', operands: [block], lower: false, at };
  }

  #clock(method: ClockMethod, target: Expr, args: readonly Expr[], at: Extent): Node {
    const field = this.#field(target);
    if (field === undefined) throw new Fault('field_expected', `\`${method}\` belongs to a field`, at);
    const texts = args.map((arg) => ({ text: stringOf(arg), at: this.#extent(arg) }));
    const clock = clockTest(method, field, texts, at, this.#names.holidays);
    return { kind: 'test', field, operator: 'clock', operands: [], lower: false, clock, at };
  }

  #textMethod(operator: (typeof TEXT_METHODS)[number], target: Expr, args: readonly Expr[], at: Extent): Node {
    const subject = this.#subject(target);
    if (subject === undefined) throw new Fault('field_expected', `\`${operator}\` belongs to a field`, at);
    if (subject.field.type !== 'text') throw new Fault('text_expected', `\`${subject.field.path}\` is no text`, at);
    if (operator === 'matches' && subject.lower) {
      throw new Fault(
        'not_a_test',
        '`matches` does not go with `lowerAscii`',
        at,
        'write the letters of both cases into the pattern',
      );
    }
    if (args.length !== 1) throw new Fault('one_argument', `\`${operator}\` takes one text`, at);
    const operands = [this.#operand(subject.field, args[0]!)];
    return { kind: 'test', field: subject.field, operator, operands, lower: subject.lower, at };
  }

  /** A field, or a text field with its letters lowered; `undefined` for anything else. */
  #subject(expr: Expr): { field: FieldRef; lower: boolean } | undefined {
    const kind = expr.exprKind;
    if (
      kind.case === 'callExpr' &&
      kind.value.function === 'lowerAscii' &&
      kind.value.target &&
      kind.value.args.length === 0
    ) {
      const field = this.#field(kind.value.target);
      if (field !== undefined && field.type !== 'text')
        throw new Fault('text_expected', `\`${field.path}\` is no text`, this.#extent(expr));
      return field && { field, lower: true };
    }
    const field = this.#field(expr);
    return field && { field, lower: false };
  }

  #operand(field: FieldRef, expr: Expr): Operand {
    return literalOperand(field, expr, this.#extent(expr), false);
  }

  /** `a.b.c`; `undefined` if the expression is something else. */
  #path(expr: Expr | undefined): string | undefined {
    const kind = expr?.exprKind;
    if (kind?.case === 'identExpr') return kind.value.name;
    if (kind?.case !== 'selectExpr' || kind.value.testOnly) return undefined;
    const path = this.#path(kind.value.operand);
    return path === undefined ? undefined : `${path}.${kind.value.field}`;
  }

  #field(expr: Expr): FieldRef | undefined {
    const path = this.#path(expr);
    return path === undefined ? undefined : this.#fieldOf(path, this.#extent(expr));
  }

  #fieldOf(path: string, at: Extent): FieldRef {
    if (path.startsWith(LABELS)) return this.#label(path, at);
    const name = FIELD_BY_PATH.get(path);
    const { conditions, labels } = this.#names;
    if (name === undefined && conditions.includes(path))
      throw new Fault('not_a_field', `\`${path}\` is a condition, no field`, at, `write \`${path}\` or \`!${path}\``);
    if (name === undefined) {
      const near = suggest(path, [...FIELD_BY_PATH.keys(), ...conditions, ...labels.map((label) => LABELS + label)]);
      throw new Fault('unknown_field', `unknown field \`${path}\``, at, near && `did you mean \`${near}\`?`);
    }
    const { type, values } = FIELDS[name];
    return { path, slot: Field[name], type, ...(values === undefined ? {} : { values }) };
  }

  #label(path: string, at: Extent): FieldRef {
    const label = path.slice(LABELS.length);
    const { labels } = this.#names;
    const index = labels.indexOf(label);
    if (index >= 0) return { path, slot: LABEL_BASE + index, type: 'text' };
    const near = suggest(label, labels);
    throw new Fault('unknown_label', `no source has a label \`${label}\``, at, near && `did you mean \`${near}\`?`);
  }

  #extent(expr: Expr): Extent {
    return extentOf(expr, this.#text, this.#positions);
  }
}
