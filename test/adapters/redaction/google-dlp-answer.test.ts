import { expect, it } from 'vitest';
import { readAnswer } from '../../../adapters/redaction/google-dlp-answer.ts';
import { END_MARK, END_MARK_INFO_TYPE } from '../../../adapters/redaction/google-dlp-request.ts';

const text = 'to São Ana 🙂';
const bytes = Buffer.byteLength(text);
const endMark = found(END_MARK_INFO_TYPE, bytes + 1, bytes + END_MARK.length);

function found(name: string, start: number | string, end: number | string) {
  return { infoType: { name }, location: { byteRange: { start: String(start), end: String(end) } } };
}

function read(...findings: unknown[]) {
  return readAnswer({ result: { findings, findingsTruncated: false } }, text);
}

it('has the findings, less the end mark, which must be where it was put', () => {
  expect(read(found('PERSON_NAME', 3, 11), endMark)).toEqual({
    value: [{ infoType: 'PERSON_NAME', start: 3, end: 10 }],
  });
  expect(read(endMark)).toEqual({ value: [] });
});

it('cuts a value that goes on into the end mark', () => {
  expect(read(found('SENTENCE', 3, bytes + 5), endMark)).toEqual({
    value: [{ infoType: 'SENTENCE', start: 3, end: text.length }],
  });
});

it.each([
  ['no end mark', [found('PERSON_NAME', 3, 11)]],
  ['an end mark in another place', [found(END_MARK_INFO_TYPE, bytes, bytes + END_MARK.length - 1)]],
  ['an end mark of somebody else', [found('PERSON_NAME', bytes + 1, bytes + END_MARK.length)]],
  ['a position beyond the text', [found('PERSON_NAME', 3, bytes + 100), endMark]],
  ['an end before its start', [found('PERSON_NAME', 8, 3), endMark]],
  ['a position that is no number', [found('PERSON_NAME', 'three', 8), endMark]],
  ['a value without a position', [{ infoType: { name: 'PERSON_NAME' }, location: null }, endMark]],
  ['a value without a name', [{ infoType: null, location: { byteRange: { start: 3, end: 8 } } }, endMark]],
])('is not believed with %s', (_, findings) => {
  expect(read(...findings)).toEqual({ failure: expect.objectContaining({ kind: 'passing' }) });
});

it('asks for less text when the list is not whole, whatever is in it', () => {
  const response = { result: { findings: [endMark], findingsTruncated: true } };
  expect(readAnswer(response, text)).toEqual({ failure: expect.objectContaining({ kind: 'too-much' }) });
});
