import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The rules of the house that a reader relies on, held by a test and not by memory. */
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((path) => path !== '' && path !== 'package-lock.json' && existsSync(path));
const sources = files
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }));

const fileLinesMax = 250;
const functionLinesMax = 60;
const lineCharactersMax = 120;

describe('budgets', () => {
  it('keeps files short and lines narrow', () => {
    const broken = sources.flatMap(({ path, text }) => {
      const lines = text.split('\n');
      const wide = lines.findIndex((line) => line.length > lineCharactersMax);
      return [
        ...(lines.length > fileLinesMax + 1
          ? [`${path}: ${lines.length} lines, at most ${fileLinesMax}`]
          : []),
        ...(wide >= 0
          ? [`${path}:${wide + 1}: ${lines[wide]?.length} characters, at most ${lineCharactersMax}`]
          : []),
      ];
    });
    expect(broken).toEqual([]);
  });

  it('keeps functions under sixty lines', () => {
    expect(production(sources).flatMap(longFunctions)).toEqual([]);
  });

  it('names files in kebab-case, and none of them utils', () => {
    const broken = sources
      .map(({ path }) => path.split('/').at(-1) ?? '')
      .filter((name) => name !== 'vitest.config.ts')
      .filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.test)?\.ts$/.test(name) || /util|helper|misc/.test(name));
    expect(broken).toEqual([]);
  });
});

describe('arrows', () => {
  const rooms = ['core', 'adapters', 'functions', 'containers', 'local', 'cli', 'infra', 'bench', 'test'];
  /** Which rooms each room may import, besides itself. */
  const allowed: Record<string, readonly string[]> = {
    core: [],
    adapters: ['core'],
    functions: ['core', 'adapters'],
    containers: ['core', 'adapters'],
    local: ['core', 'adapters', 'functions', 'containers', 'cli'],
    cli: ['core', 'local'],
    infra: ['core', 'functions', 'containers', 'adapters'],
    bench: rooms,
    test: rooms,
  };

  it('point to the core', () => {
    const broken = imports(sources).filter(({ from, to }) => {
      const room = roomOf(from);
      const target = roomOf(to);
      return (
        rooms.includes(room) && rooms.includes(target) && room !== target && !allowed[room]?.includes(target)
      );
    });
    expect(broken).toEqual([]);
  });

  it('never join two functions, except through the local agent', () => {
    const broken = imports(sources).filter(({ from, to }) => {
      const [room, own] = from.split('/');
      const [targetRoom, target] = to.split('/');
      return room === 'functions' && targetRoom === 'functions' && own !== target;
    });
    expect(broken).toEqual([]);
  });

  it('leave the core with its schema library and jose only', () => {
    const broken = sources
      .filter(({ path }) => roomOf(path) === 'core')
      .flatMap(({ path, text }) =>
        packagesOf(text)
          .filter((name) => !['zod/mini', 'jose'].includes(name))
          .map((name) => `${path} imports ${name}`),
      )
      .filter((line) => !/redaction\/.* imports (libphonenumber-js(\/\w+)?|ibantools)$/.test(line));
    expect(broken).toEqual([]);
  });
});

describe('the core', () => {
  it('reads no clock, no environment and no network by itself', () => {
    const banned =
      /\bDate\.now\(|\bnew Date\(\)|process\.env|\bsetTimeout\(|\bsetInterval\(|Math\.random\(|globalThis/;
    const broken = sources
      .filter(({ path }) => roomOf(path) === 'core')
      .filter(({ text }) => banned.test(withoutComments(text)))
      .map(({ path }) => path);
    expect(broken).toEqual([]);
  });
});

describe('roots', () => {
  it('are the only ones to read the environment of the process', () => {
    const roots = /(handler|main|agent|app|start|demo|vitest\.config)\.ts$/;
    const broken = production(sources)
      .filter(({ path, text }) => !roots.test(path) && /process\.env\b/.test(withoutComments(text)))
      .map(({ path }) => path);
    expect(broken).toEqual([]);
  });
});

describe('the text', () => {
  it('has no any and no test that is left out', () => {
    const banned = [/: any\b|\bas any\b|<any>/, /\.(skip|only)\(/];
    const broken = sources
      .filter(({ path }) => path !== 'test/tidy.test.ts')
      .filter(({ text }) => banned.some((pattern) => pattern.test(withoutComments(text))))
      .map(({ path }) => path);
    expect(broken).toEqual([]);
  });

  it('makes the brand Redacted in the redaction folder only', () => {
    const broken = production(sources)
      .filter(({ path, text }) => !path.startsWith('core/redaction/') && /as Redacted\b/.test(text))
      .map(({ path }) => path);
    expect(broken).toEqual([]);
  });

  it('links from its documents only to files that are there', () => {
    const documents = files.filter((path) => path.endsWith('.md'));
    const broken = documents.flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
        .map((match) => normalize(join(dirname(path), match[1] ?? '')))
        .filter((target) => !existsSync(target))
        .map((target) => `${path} links to ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('links from its documents only to sections that are there', () => {
    const documents = files.filter((path) => path.endsWith('.md'));
    const sections = new Map(documents.map((path) => [path, sectionsOf(readFileSync(path, 'utf8'))]));
    const broken = documents.flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)]
        .map(([, file, section = '']) => ({
          target: file ? normalize(join(dirname(path), file)) : path,
          section,
        }))
        .filter(({ target, section }) => sections.get(target)?.has(section) === false)
        .map(({ target, section }) => `${path} links to ${target}#${section}`),
    );
    expect(broken).toEqual([]);
  });

  it('names no path of a machine and no host of a package registry', () => {
    const banned = /\/work\/|registry\.npmjs|pypi\.org|deb\.debian/;
    const broken = files.filter(
      (path) => path !== 'test/tidy.test.ts' && banned.test(readFileSync(path, 'latin1')),
    );
    expect(broken).toEqual([]);
  });
});

/** The anchors of a document's headings, as GitHub makes them. */
function sectionsOf(document: string): Set<string> {
  const text = document.replaceAll(/^```[\s\S]*?^```/gm, '');
  const anchors = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set(anchors.map((anchor, index) => numbered(anchor, anchors.slice(0, index))));
}

/** The second heading with the same words gets a number. */
function numbered(anchor: string, before: readonly string[]): string {
  const count = before.filter((one) => one === anchor).length;
  return count === 0 ? anchor : `${anchor}-${count}`;
}

function production<T extends { path: string }>(all: T[]): T[] {
  return all.filter(({ path }) => !/^(test|bench)\//.test(path));
}

function roomOf(path: string): string {
  return path.split('/')[0] ?? '';
}

function imports(all: typeof sources): { from: string; to: string }[] {
  return all.flatMap(({ path, text }) =>
    [...text.matchAll(/from '(\.[^']+)'/g)].map((match) => ({
      from: path,
      to: normalize(join(dirname(path), match[1] ?? '')),
    })),
  );
}

function packagesOf(text: string): string[] {
  return [...text.matchAll(/^(?:import|export)(?! type)[^;]*?from '([^.'][^']*)'/gm)].map(
    (match) => match[1] ?? '',
  );
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
}

/** Functions by their indentation, which the formatter guarantees: from their head to the closing brace below it. */
function longFunctions({ path, text }: { path: string; text: string }): string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, start) => {
    const head =
      /^(\s*)(?:export )?(?:default )?(?:async )?function\b|^(\s*)(?:async |\*|get )*[\w$]+\(.*\) ?(?::.*)?\{$/.exec(
        line,
      );
    if (!head || /^\s*(if|for|while|switch|catch)\b/.test(line)) return [];
    const indent = head[1] ?? head[2] ?? '';
    const length = lines.slice(start).findIndex((later) => later.startsWith(`${indent}}`)) + 1;
    return length > functionLinesMax
      ? [`${path}:${start + 1}: ${length} lines, at most ${functionLinesMax}`]
      : [];
  });
}
