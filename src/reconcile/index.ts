export { type Output, type ReconcileOptions, reconcile } from './reconcile.ts';
export { duplicatesOf, isComplete, type Statement, unexpectedOf } from './statement.ts';
