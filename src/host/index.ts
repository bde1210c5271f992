export { type Answer, type Description, FilterError, type FilterErrorCode, FilterInstance } from './instance.ts';
