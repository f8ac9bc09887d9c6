declare const brand: unique symbol;

/**
 * Text that may leave the customer's account. Only the redactor can make it (`redactor.ts`), so raw text does
 * not compile as anything that is posted, stored as a log or shown.
 */
export type Redacted = string & { readonly [brand]: 'redacted' };
