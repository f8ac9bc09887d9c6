import { describe, expect, it } from 'vitest';
import { AgentError } from '../../../core/errors.ts';
import type { LocalDetector } from '../../../core/redaction/detector.ts';
import { localRedactor, secretsOnlyRedactor } from '../../../core/redaction/local-redactor.ts';
import type { Redacted } from '../../../core/redaction/redacted.ts';
import type { Findings } from '../../../core/redaction/redactor.ts';
import { bytesOf, framesOf, redactFrames, redactor } from './redacting.ts';

const stdout = (text: string) => ({ stream: 'stdout' as const, bytes: bytesOf(text) });
const stderr = (text: string) => ({ stream: 'stderr' as const, bytes: bytesOf(text) });

describe('the brand', () => {
  it('lets no raw text compile as Redacted', () => {
    const leave = (text: Redacted) => text;
    // @ts-expect-error a string is not Redacted
    leave('raw');
    // @ts-expect-error neither is what was done to a Redacted text
    leave(redactor.message('a').toUpperCase());
    // @ts-expect-error nor a template that holds one
    leave(`${redactor.message('a')} ana@example.com`);
    expect(leave(redactor.message('ana@example.com'))).toBe('[EMAIL_ADDRESS]');
  });
});

describe('the streams of an output', () => {
  it('finds a value that is split over frames with the other stream in between', async () => {
    const frames = [
      stdout('card 4111 11'),
      stderr('warning: ana@exa'),
      stdout('11 1111 1111\n'),
      stderr('mple.com\n'),
    ];
    const redacted = await redactFrames(frames);
    expect(redacted.stdout).toBe('card [CREDIT_CARD_NUMBER]\n');
    expect(redacted.stderr).toBe('warning: [EMAIL_ADDRESS]\n');
  });

  it('does not join what two streams wrote into one value', async () => {
    expect((await redactFrames([stdout('ana@'), stderr('example.com')])).both).toBe('ana@example.com');
  });

  it('keeps the lines in the order in which they were completed', async () => {
    const frames = [stdout('1\n2'), stderr('a\nb'), stdout(' two\n3\n'), stderr(' bee\n'), stdout('4\n')];
    expect((await redactFrames(frames)).both).toBe('1\na\n2 two\n3\nb bee\n4\n');
  });

  it('writes lines that were never ended at the end, in the order of their last bytes', async () => {
    expect((await redactFrames([stdout('x'), stderr('y'), stdout('z')])).both).toBe('yxz');
  });

  it('redacts a last line that was never ended', async () => {
    expect((await redactFrames([stdout('a\nana@example'), stdout('.com')])).both).toBe('a\n[EMAIL_ADDRESS]');
  });

  it('never splits a character, and mends what is not UTF-8', async () => {
    const bytes = bytesOf('São Paulo 😀\n');
    const frames = [...bytes].map((byte) => ({ stream: 'stdout' as const, bytes: new Uint8Array([byte]) }));
    expect((await redactFrames(frames)).both).toBe('São Paulo 😀\n');
    const marked = '\ufeffa byte order mark stays\n';
    expect((await redactFrames([stdout(marked)])).both).toBe(marked);
    const broken = [
      { stream: 'stdout' as const, bytes: new Uint8Array([0x61, 0xff, 0xc3, 0x0a, 0xe2, 0x82]) },
    ];
    expect((await redactFrames(broken)).both).toBe('a\ufffd\ufffd\n\ufffd');
  });

  it('keeps a table of one stream apart from the lines of the other', async () => {
    const frames = [
      stdout('id,first_name\n'),
      stderr('1,one\n'),
      stdout('1,Ana\n'),
      stderr('2,two\n'),
      stdout('2,Bia\n'),
    ];
    expect((await redactFrames(frames)).both).toBe(
      'id,first_name\n1,one\n1,[PERSON_NAME]\n2,two\n2,[PERSON_NAME]\n',
    );
  });
});

describe('what a finding becomes', () => {
  const text = 'ana@example.com 4111111111111111 123-45-6789';

  it('is its info type unless configured', () => {
    expect(redactor.message(text)).toBe('[EMAIL_ADDRESS] [CREDIT_CARD_NUMBER] [US_SOCIAL_SECURITY_NUMBER]');
  });

  it('is asterisks, with or without the last four characters, per info type', () => {
    const transformations = { EMAIL_ADDRESS: 'mask', default: 'keep-last-four' } as const;
    const masked = localRedactor({ transformations }).message(text);
    // Four of eleven would be too much.
    expect(masked).toBe('*************** ************1111 ***********');
  });

  it('is one label where findings overlap', () => {
    expect(redactor.message('first_name: ana@example.com or so')).toBe('first_name: [PERSON_NAME]');
  });

  it('is one label where one finding begins in another and ends behind it', () => {
    const overlapping: LocalDetector = {
      infoTypes: ['PERSON_NAME', 'EMAIL_ADDRESS'],
      looksAt: 'ats',
      find(_passage, at, report) {
        report('EMAIL_ADDRESS', at - 1, at + 4);
        report('PERSON_NAME', at - 3, at + 1);
        return undefined;
      },
    };
    expect(localRedactor({ localDetectors: [overlapping] }).message('12345@6789')).toBe('12[PERSON_NAME]9');
  });

  it('is counted, and never told', async () => {
    const findings: Findings = new Map();
    await redactFrames(
      [stdout('ana@example.com bia@example.org\n'), stderr('10.1.2.3\n')],
      redactor,
      findings,
    );
    expect([...findings]).toEqual([
      ['EMAIL_ADDRESS', 2],
      ['IP_ADDRESS', 1],
    ]);
  });
});

describe('a redactor that fails', () => {
  const broken: LocalDetector = {
    infoTypes: ['EMAIL_ADDRESS'],
    looksAt: 'ats',
    find() {
      throw new Error('broken on ana@example.com');
    },
  };

  it('throws redaction-failed, without the value, and lets nothing out after it', async () => {
    const taken: string[] = [];
    const failing = localRedactor({ localDetectors: [broken] });
    const redact = async () => {
      const frames = framesOf([stdout('fine\n'), stdout('ana@example.com\n'), stdout('fine again\n')]);
      for await (const { text } of failing.output(frames)) taken.push(text);
    };
    const error = await redact().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AgentError);
    expect(error).toMatchObject({ code: 'redaction-failed', retryable: false });
    expect(String(error)).not.toContain('example.com');
    expect(taken).toEqual(['fine\n']);
    expect(() => failing.message('ana@example.com')).toThrow(AgentError);
  });

  it('keeps the code of a ledger that could not be read', async () => {
    const torn = async function* () {
      yield stdout('fine\n');
      throw new AgentError('ledger-failed', 'The part could not be read.', { retryable: true });
    };
    await expect(redactFrames(torn())).rejects.toMatchObject({ code: 'ledger-failed', retryable: true });
  });
});

describe('a redactor of secrets only', () => {
  it('removes nothing, and still mends what cannot be encoded', async () => {
    const text = '-----BEGIN PRIVATE KEY-----\nid,first_name\n1,Ana ana@example.com\n';
    const redacted = await redactFrames(
      [stdout(text), { stream: 'stderr', bytes: new Uint8Array([0xff]) }],
      secretsOnlyRedactor(),
    );
    expect(redacted).toMatchObject({ stdout: text, stderr: '\ufffd' });
    expect(secretsOnlyRedactor().message('a\ud800')).toBe('a\ufffd');
  });
});
