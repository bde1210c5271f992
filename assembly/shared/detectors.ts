/** What redaction recognizes by its shape. The member name is the name in a policy. */
export enum Detector {
  jwt,
  bearer,
  basic,
  aws_access_key,
  aws_secret_key,
  gcp_api_key,
  azure_key,
  github,
  slack,
  stripe,
  private_key,
  payment_card,
  iban,
  us_ssn,
  email,
  COUNT,
}
