import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { type FakeUserApi, fakeUserApi, type Reply } from '../support/fake-user-api.ts';
import { builtRunops, runtimes, serverEnv } from './run-runops.ts';

const runops = builtRunops();
const mebibyte = Buffer.from(`${'0123456789abcde\n'.repeat(64 * 1024)}`);
const megabytes = 100;

/** A task that has ended, with a log of so many mebibytes. */
function bigLog(written: { bytes: number }, status = 'success'): Record<string, Reply> {
  const task = { id: 12, status, task_logs: 'https://logs.example.com/12' };
  return {
    'POST /v1/tasks': { status: 201, body: task },
    'GET /v1/tasks/12/logs': (request, response) => {
      response.end(JSON.stringify({ logs_url: `http://${request.headers.host}/store` }));
    },
    'GET /store': (_, response) => pour(response, written, megabytes),
  };
}

function pour(response: ServerResponse, written: { bytes: number }, left: number): void {
  if (left === 0) return void response.end();
  if (response.destroyed) return;
  written.bytes += mebibyte.length;
  if (response.write(mebibyte)) setImmediate(pour, response, written, left - 1);
  else response.once('drain', () => pour(response, written, left - 1));
}

/** Says on standard error how much memory the process had at its most, in kilobytes. */
const tellMemory = `data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => process.stderr.write('memory ' + process.resourceUsage().maxRSS + '\\n'))",
)}`;

describe.each(runtimes())('a log of 100 MiB, with $name', ({ node }) => {
  const command = `"${node}" --import "${tellMemory}" "${runops}" tasks create -t db -s x`;
  const shell = (api: FakeUserApi, line: string) =>
    spawn('bash', ['-o', 'pipefail', '-c', line], { env: { PATH: process.env.PATH, ...serverEnv(api.url) } });

  it('arrives whole, in bounded memory', async () => {
    await using api = await fakeUserApi(bigLog({ bytes: 0 }));
    const child = shell(api, command);
    const hash = createHash('sha256');
    let stderr = '';
    child.stdout.on('data', (chunk) => hash.update(chunk));
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    const expected = createHash('sha256');
    for (let count = 0; count < megabytes; count++) expected.update(mebibyte);
    expect(hash.digest('hex')).toBe(expected.digest('hex'));
    expect(code).toBe(0);
    const megabytesUsed = Number(/memory (\d+)/.exec(stderr)?.[1]) / 1024;
    expect(megabytesUsed).toBeGreaterThan(10);
    expect(megabytesUsed).toBeLessThan(160);
  });

  it.each([
    ['success', 0],
    ['failure', 1],
  ])('ends quietly when its reader goes, and still tells of a %s', async (status, expectedCode) => {
    const written = { bytes: 0 };
    await using api = await fakeUserApi(bigLog(written, status));
    const child = shell(api, `${command} | head -n 1`);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code, stdout }).toEqual({ code: expectedCode, stdout: '0123456789abcde\n' });
    expect(stderr).not.toMatch(/EPIPE|Error|runops:/);
    expect(written.bytes).toBeLessThan(megabytes * mebibyte.length);
  });

  it('waits for a slow reader', async () => {
    const written = { bytes: 0 };
    await using api = await fakeUserApi(bigLog(written));
    const child = shell(api, `${command} | (sleep 1; wc -c)`);
    let stdout = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(written.bytes).toBeLessThan(50 * mebibyte.length);
    await new Promise((resolve) => child.on('close', resolve));
    expect(Number(stdout)).toBe(megabytes * mebibyte.length);
  });

  it.runIf(process.platform === 'linux')('says so when the disk is full', async () => {
    await using api = await fakeUserApi(bigLog({ bytes: 0 }));
    const child = shell(api, `${command} > /dev/full`);
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(1);
    expect(stderr).toContain('The output could not be written');
  });
});
