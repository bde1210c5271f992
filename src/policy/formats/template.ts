import type { Text } from '../document/text.ts';
import { type ConvertName, EXTRA_TARGET, IGNORED_TARGET, isConvertName, type TargetSpec } from './format_shape.ts';
import type { Piece } from './notation.ts';

const PART = /\{([^{}]*)\}|[^{}]+|[{}]/g;

/** Splits a template: text as it stands, `{path}`, `{path path: conversion}`, `{path...}`, `{-}`, `{-...}`, `{?text}`, `{=text}`. */
export function readTemplate(format: Text): Piece[] {
  return [...format.value.matchAll(PART)].flatMap((match): Piece[] => {
    const at = format.slice(match.index, match.index + match[0].length);
    const inner = match[1];
    if (inner === undefined) {
      if (match[0] === '{' || match[0] === '}') at.report('brace_unpaired', `\`${match[0]}\` has no counterpart`);
      return [{ kind: 'literal', text: match[0], at }];
    }
    if (inner.startsWith('?')) return [{ kind: 'optional', text: inner.slice(1), at }];
    if (inner.startsWith('=')) return [{ kind: 'ahead', text: inner.slice(1), at }];
    const start = match.index + 1;
    const spec = readTarget(format.slice(start, start + inner.length));
    return [
      { kind: 'variable', name: at.renamed(inner.replace(/(\.\.\.)?([ :].*)?$/s, '') || inner), spec, quoted: false },
    ];
  });
}

function readTarget(inner: Text): TargetSpec {
  const last = inner.value.endsWith('...');
  if (inner.value === '-' || inner.value === '-...') return { ...IGNORED_TARGET, last };
  const body = last ? inner.slice(0, inner.value.length - 3) : inner;
  const colon = body.value.indexOf(':');
  const paths = colon < 0 ? body.value : body.value.slice(0, colon);
  const to = [...paths.matchAll(/\S+/g)].map((match) => body.slice(match.index, match.index + match[0].length));
  if (to.length === 0) inner.report('path_missing', 'no field is named here', 'what is not wanted is `{-}`');
  return { ...EXTRA_TARGET, to, as: colon < 0 ? undefined : conversionOf(body, colon), last };
}

function conversionOf(body: Text, colon: number): ConvertName | undefined {
  const name = body.value.slice(colon + 1).trim();
  if (isConvertName(name)) return name;
  body.reportAt(colon + 1, body.value.length, 'invalid_value', `\`${name}\` is no conversion`);
  return undefined;
}
