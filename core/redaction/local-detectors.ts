import type { LocalDetector } from './detector.ts';
import { authScheme } from './detectors/auth-scheme.ts';
import { bindValue } from './detectors/bind-value.ts';
import { brazil } from './detectors/brazil.ts';
import { context } from './detectors/context.ts';
import { element } from './detectors/element.ts';
import { email } from './detectors/email.ts';
import { field } from './detectors/field.ts';
import { iban } from './detectors/iban.ts';
import { ipv4Address, ipv6Address } from './detectors/ip-address.ts';
import { macAddresses } from './detectors/mac-address.ts';
import { passwordArgument } from './detectors/password-argument.ts';
import { paymentCard } from './detectors/payment-card.ts';
import { pem } from './detectors/pem.ts';
import { phoneNumber } from './detectors/phone-number.ts';
import { token } from './detectors/token.ts';
import { signedUrl, urlPassword } from './detectors/url.ts';
import { usTaxpayer } from './detectors/us-taxpayer.ts';
import { vin } from './detectors/vin.ts';

/** What is always looked for, by this process alone. `docs/redaction.md` describes each. */
export const localDetectors: readonly LocalDetector[] = [
  ...[
    email,
    paymentCard,
    iban,
    usTaxpayer,
    brazil,
    phoneNumber,
    context,
    ipv4Address,
    ipv6Address,
    ...macAddresses,
    vin,
  ],
  ...[pem, token, authScheme, urlPassword, signedUrl, field, element, bindValue, passwordArgument],
];
