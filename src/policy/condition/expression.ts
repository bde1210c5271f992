import type { parse } from '@bufbuild/cel';
import { closeBrackets, tokenEnd } from './extent.ts';
import { Fault } from './fault.ts';
import type { Extent } from './model.ts';

/** An expression as the parser of CEL gives it. */
export type Expr = NonNullable<ReturnType<typeof parse>['expr']>;

/** From the first to the last character anything below the expression stands at. `positions`: by the ids of expressions. */
export function extentOf(expr: Expr, text: string, positions: Readonly<Record<string, number>>): Extent {
  const ids: Expr[] = [expr];
  for (const each of ids) ids.push(...childrenOf(each));
  const starts = ids.map(({ id }) => positions[String(id)]).filter((at) => at !== undefined);
  const start = Math.min(...starts, text.length);
  return { start, end: closeBrackets(text, start, tokenEnd(text, Math.max(...starts, start))) };
}

function childrenOf(expr: Expr): Expr[] {
  const kind = expr.exprKind;
  if (kind.case === 'callExpr') return [...(kind.value.target ? [kind.value.target] : []), ...kind.value.args];
  if (kind.case === 'selectExpr') return kind.value.operand ? [kind.value.operand] : [];
  return kind.case === 'listExpr' ? kind.value.elements : [];
}

export function syntaxFault(error: Error, text: string): Fault {
  const { location } = error as { location?: { start: { offset: number } } };
  const start = location?.start.offset ?? 0;
  const message = error.message.replace(/^<input>:\d+:\d+: /, '');
  return new Fault(
    'syntax',
    message,
    { start, end: tokenEnd(text, start) },
    'conditions are written in CEL: https://cel.dev',
  );
}
