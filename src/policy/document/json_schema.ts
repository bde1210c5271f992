/** The part of JSON Schema (https://json-schema.org/draft/2020-12) shapes describe themselves in. */
export interface JsonSchema {
  readonly type?: 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array' | readonly string[];
  /** One of several mappings that may stand in one place. */
  readonly title?: string;
  readonly description?: string;
  /** JSON pointer to another part of the document: `#/properties/…`. */
  readonly $ref?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
}

/** A schema as editors read it. */
export function schemaDocument(title: string, schema: JsonSchema): object {
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title, ...schema };
}
