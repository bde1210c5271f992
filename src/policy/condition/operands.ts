import { suggest } from '../../diagnostic.ts';
import { addressBlock } from './address.ts';
import type { Expr } from './expression.ts';
import { Fault } from './fault.ts';
import type { Extent, FieldRef, Operand } from './model.ts';

const UNITS_US: Readonly<Record<string, number>> = { h: 3.6e9, m: 6e7, s: 1e6, ms: 1e3, us: 1, µs: 1, ns: 1e-3 };
const WANTED: Readonly<Record<string, string>> = {
  text: 'a text such as `"x"`',
  int: 'an integer',
  bytes: 'an integer, bytes',
  port: 'an integer',
  time: '`timestamp("2026-02-03T04:05:06Z")`',
  duration: '`duration("1.5s")`',
  address: 'an address such as `"203.0.113.9"`',
  bool: '`true` or `false`',
  enum: 'one of its members as a text',
};

/** The constant an expression is, as the field's type wants it; a `Fault` for anything else. `block`: the constant is a block of addresses. */
export function literalOperand(field: FieldRef, expr: Expr, at: Extent, block: boolean): Operand {
  const text = stringOf(expr);
  const wrong = (): Fault => {
    const help = `write ${block ? 'a block such as `"10.0.0.0/8"`' : WANTED[field.type]}`;
    return new Fault('wrong_type', `\`${field.path}\` cannot be compared with this`, at, help);
  };
  switch (field.type) {
    case 'text':
      if (text === undefined) throw wrong();
      return text;
    case 'address': {
      const found = text === undefined || text.includes('/') !== block ? undefined : addressBlock(text);
      if (found === undefined) throw wrong();
      return found;
    }
    case 'enum':
      return memberOf(field, text, at, wrong);
    case 'duration':
    case 'time': {
      const value = field.type === 'time' ? callText(expr, 'timestamp') : callText(expr, 'duration');
      const number = value === undefined ? undefined : field.type === 'time' ? timeMs(value) : durationUs(value);
      if (number === undefined) throw wrong();
      return number;
    }
    case 'bool':
      if (expr.exprKind.case === 'constExpr' && expr.exprKind.value.constantKind.case === 'boolValue') {
        return expr.exprKind.value.constantKind.value ? 1n : 0n;
      }
      throw wrong();
    case 'json':
      throw new Fault(
        'wrong_type',
        `\`${field.path}\` is a list or an object; conditions only ask \`has(${field.path})\``,
        at,
      );
    default: {
      const number = integerOf(expr);
      if (number === undefined) throw wrong();
      return number;
    }
  }
}

/** A constant text. */
export function stringOf(expr: Expr): string | undefined {
  if (expr.exprKind.case !== 'constExpr') return undefined;
  const constant = expr.exprKind.value.constantKind;
  return constant.case === 'stringValue' ? constant.value : undefined;
}

function integerOf(expr: Expr): bigint | undefined {
  if (expr.exprKind.case !== 'constExpr') return undefined;
  const constant = expr.exprKind.value.constantKind;
  return constant.case === 'int64Value' || constant.case === 'uint64Value' ? constant.value : undefined;
}

/** The text of `name("text")`. */
function callText(expr: Expr, name: string): string | undefined {
  if (expr.exprKind.case !== 'callExpr' || expr.exprKind.value.function !== name) return undefined;
  const [argument] = expr.exprKind.value.args;
  return argument && stringOf(argument);
}

function memberOf(field: FieldRef, text: string | undefined, at: Extent, wrong: () => Fault): bigint {
  if (text === undefined) throw wrong();
  const members = Object.entries(field.values ?? {});
  const member = members.find(([, name]) => name === text);
  if (member !== undefined) return BigInt(member[0]);
  const names = members.map(([, name]) => name);
  const near = suggest(text, names);
  const help = near === undefined ? `it is one of ${names.join(', ')}` : `did you mean \`${near}\`?`;
  throw new Fault('unknown_member', `\`${field.path}\` is never \`${text}\``, at, help);
}

/** Epoch milliseconds of an RFC 3339 time with a zone. */
function timeMs(text: string): bigint | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : BigInt(time);
}

/** Microseconds of a CEL duration: `1h30m`, `1.5s`, `200ms`. */
function durationUs(text: string): bigint | undefined {
  if (!/^-?(\d+(\.\d+)?(h|ms|m|s|us|µs|ns))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g))
    sum += Number(number) * UNITS_US[unit!]!;
  return BigInt(Math.round(text.startsWith('-') ? -sum : sum));
}
