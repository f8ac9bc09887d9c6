import type { InfoType } from './finding.ts';

/**
 * What the value of a field, column or key is, judged by the field's name as programs write it: `first_name`,
 * `customerEmail`, `Date of birth`, `X-Api-Key`. The last words decide. Undefined when the name says nothing.
 */
export function infoTypeOfField(name: string): InfoType | undefined {
  const known = remembered.get(name);
  if (known !== undefined) return known ?? undefined;
  const infoType = infoTypeOf(name);
  if (remembered.size >= NAMES_MAX) remembered.clear();
  // A copy: a part of a text would keep the whole text in memory.
  remembered.set(Buffer.from(name, 'utf16le').toString('utf16le'), infoType ?? null);
  return infoType;
}

/** The same few names come again and again, in every line of a table or a log. */
const remembered = new Map<string, InfoType | null>();
const NAMES_MAX = 1000;

function infoTypeOf(name: string): InfoType | undefined {
  const exact = FIELDS.get(name);
  if (exact !== undefined || name.length > NAME_CHARACTERS_MAX || /^[a-z]*$/.test(name)) return exact;
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/['’](?=s\b)/g, '')
    .split(/[^a-z0-9áâãçéêíóôú]+/)
    .filter((word) => word !== '');
  if (/^\d+$/.test(words.at(-1) ?? '')) words.pop();
  for (let count = Math.min(4, words.length); count > 0; count--) {
    const infoType = FIELDS.get(words.slice(-count).join('_'));
    if (infoType !== undefined) return infoType;
  }
  return undefined;
}

const NAME_CHARACTERS_MAX = 128;

/** Names that mean a person's only beside a column that is surely a person's: many other things have a name. */
export function infoTypeBesidePerson(name: string): InfoType | undefined {
  return BESIDE_PERSON.get(name.trim().toLowerCase().replaceAll(/["'`]/g, ''));
}

const BESIDE_PERSON = new Map<string, InfoType>([
  ['name', 'PERSON_NAME'],
  ['nome', 'PERSON_NAME'],
  ['nombre', 'PERSON_NAME'],
  ['first', 'PERSON_NAME'],
  ['last', 'PERSON_NAME'],
  ['address', 'STREET_ADDRESS'],
  ['contact', 'PERSON_NAME'],
  ['username', 'PERSON_NAME'],
]);

const NAMES_OF: Readonly<Record<InfoType, string>> = {
  PERSON_NAME:
    'first_name firstname fname forename given_name givenname last_name lastname lname surname ' +
    'family_name familyname ' +
    'middle_name middlename maiden_name full_name fullname display_name displayname legal_name customer_name ' +
    'client_name patient_name employee_name contact_name holder_name cardholder cardholder_name account_holder ' +
    'person_name user_full_name recipient_name sender_name mother_name mothers_name father_name fathers_name ' +
    'spouse_name guest_name passenger_name member_name student_name nome_completo primeiro_nome sobrenome ' +
    'nome_da_mae nome_da_mãe nome_mae nome_cliente nome_social apellido apellidos vorname nachname prenom',
  EMAIL_ADDRESS: 'email e_mail email_address e_mail_address mail_address emails correo',
  PHONE_NUMBER:
    'phone phone_number phonenumber mobile mobile_number mobile_phone cell_phone cellphone cell_number telephone ' +
    'telephone_number tel fax fax_number whatsapp telefone celular fone telefono msisdn landline',
  STREET_ADDRESS:
    'street street_address home_address billing_address shipping_address mailing_address postal_address ' +
    'address_line address_line1 address_line2 address1 address2 addr1 addr2 street_name street1 street2 endereco ' +
    'endereço logradouro residential_address delivery_address',
  DATE_OF_BIRTH:
    'date_of_birth dateofbirth dob birth_date birthdate birthday birth_day born born_on birth data_nascimento ' +
    'data_de_nascimento dt_nascimento nascimento fecha_nacimiento geburtsdatum geb',
  US_SOCIAL_SECURITY_NUMBER: 'ssn social_security_number social_security social_security_no',
  US_INDIVIDUAL_TAXPAYER_IDENTIFICATION_NUMBER: 'itin',
  BRAZIL_CPF_NUMBER: 'cpf cpf_number numero_cpf cpf_cnpj documento_cpf',
  BRAZIL_CNPJ_NUMBER: 'cnpj cnpj_number numero_cnpj',
  PASSPORT: 'passport passport_number passport_no passport_num passportnumber passaporte pasaporte',
  DRIVERS_LICENSE_NUMBER:
    'drivers_license drivers_licence driver_license driver_licence drivers_license_number driver_license_number ' +
    'drivers_licence_number driving_licence driving_license driving_licence_number license_number licence_number ' +
    'driver_licence_number drivers_license_no cnh dl_number dl_no',
  VEHICLE_IDENTIFICATION_NUMBER: 'vin vin_number vehicle_identification_number chassi',
  CREDIT_CARD_NUMBER:
    'card_number cardnumber credit_card credit_card_number cc_number ccnumber card_no pan_number',
  CVV_NUMBER:
    'cvv cvv2 cvc cvc2 cvv_code cvc_code card_verification_value card_verification_code card_security_code',
  IBAN_CODE: 'iban iban_code iban_number',
  PASSWORD:
    'password passwd pwd password_hash password_digest encrypted_password passphrase senha db_password user_password ' +
    'password_confirmation crypted_password hashed_password pgpassword mysql_pwd',
  AUTH_TOKEN:
    'access_token refresh_token auth_token authentication_token authenticity_token id_token api_key apikey api_token ' +
    'api_secret client_secret secret_key secret_key_base session_token csrf_token xsrf_token private_token ' +
    'bearer_token webhook_secret signing_secret authorization proxy_authorization access_key reset_password_token ' +
    'confirmation_token otp_secret private_key_id amz_security_token vault_token',
  AWS_CREDENTIALS: 'aws_secret_access_key secret_access_key aws_session_token aws_access_key_id',
  HTTP_COOKIE: 'cookie cookies set_cookie http_cookie session_id sessionid jsessionid phpsessid',
};

const FIELDS = new Map<string, InfoType>(
  Object.entries(NAMES_OF).flatMap(([infoType, names]) =>
    names.split(' ').map((name): [string, InfoType] => [name, infoType]),
  ),
);

/** The last word of each name: what can be looked up before a whole name is taken apart. */
export const lastWords: ReadonlySet<string> = new Set(
  [...FIELDS.keys()].map((name) => name.slice(name.lastIndexOf('_') + 1)).flatMap(withNumber),
);

/** Names may be counted: `address_line1`, `phone2`. */
function withNumber(word: string): string[] {
  return ['', '1', '2', '3'].map((number) => word + number);
}

/** What each word of a name may begin with: where to look for the heading of a table. */
export const fieldWords: readonly string[] = [
  ...new Set([...FIELDS.keys()].flatMap((name) => name.split('_')).filter((word) => word.length >= 3)),
];
