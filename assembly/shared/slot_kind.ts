/**
 * A slot is 16 bytes:
 *
 *   0  u32  kind
 *   4  u32  start of the text (text, json)
 *   8  u32  end of the text (text, json)  |  i64 value (int, bool)
 *
 * Text is JSON-escaped already: UTF-8 with only the escapes \" \\ \b \f \n \r \t and \u00xx for other controls.
 * So it can be compared, hashed and copied to the output as it stands.
 */
export enum SlotKind {
  none,
  text,
  int,
  json,
  bool,
}
