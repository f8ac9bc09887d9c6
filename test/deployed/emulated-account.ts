/** The account of an emulator that was told no other. */
export const emulatedAccount = '000000000000';
