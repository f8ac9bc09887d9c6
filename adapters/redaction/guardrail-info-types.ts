import type { InfoType } from '../../core/redaction/finding.ts';

/** The name that Google's list has for what a guardrail found, so that a policy reads the same with both. */
export function infoTypeOfEntity(entity: string): InfoType {
  return names[entity] ?? entity;
}

const names: Readonly<Record<string, InfoType>> = {
  ADDRESS: 'STREET_ADDRESS',
  AWS_ACCESS_KEY: 'AWS_CREDENTIALS',
  AWS_SECRET_KEY: 'AWS_CREDENTIALS',
  CREDIT_DEBIT_CARD_EXPIRY: 'CREDIT_CARD_EXPIRATION_DATE',
  CREDIT_DEBIT_CARD_NUMBER: 'CREDIT_CARD_NUMBER',
  DRIVER_ID: 'DRIVERS_LICENSE_NUMBER',
  EMAIL: 'EMAIL_ADDRESS',
  INTERNATIONAL_BANK_ACCOUNT_NUMBER: 'IBAN_CODE',
  NAME: 'PERSON_NAME',
  PHONE: 'PHONE_NUMBER',
  US_BANK_ROUTING_NUMBER: 'US_BANK_ROUTING_MICR',
  US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER: 'US_INDIVIDUAL_TAXPAYER_IDENTIFICATION_NUMBER',
  US_PASSPORT_NUMBER: 'US_PASSPORT',
};
