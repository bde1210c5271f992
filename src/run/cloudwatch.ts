/** What CloudWatch Logs hands to its subscribers. */
interface Subscription {
  readonly messageType: 'DATA_MESSAGE';
  readonly logEvents: readonly LogEvent[];
}
interface LogEvent {
  readonly message: string;
}

/** The log events of a subscription record, and what stands around them, if they are lines of text. Those that hold objects are lists of records. */
export function cloudWatchLines(
  value: object,
): { readonly events: readonly LogEvent[]; readonly around: object } | undefined {
  if (!isSubscription(value)) return undefined;
  const { logEvents, messageType: _, ...around } = value;
  return { events: logEvents, around };
}

function isSubscription(value: object): value is Subscription {
  const { messageType, logEvents } = value as { readonly [key: string]: unknown };
  return messageType === 'DATA_MESSAGE' && Array.isArray(logEvents) && logEvents.length > 0 && logEvents.every(isLine);
}

const isLine = (event: unknown): boolean => {
  if (typeof event !== 'object' || event === null) return false;
  const { message } = event as { readonly message?: unknown };
  return typeof message === 'string' && !message.trimStart().startsWith('{');
};
