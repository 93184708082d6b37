import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// @ts-expect-error: a build script without types
import { manualPages as untyped } from '../../scripts/manual-pages.mjs';

const manualPages = untyped as (folder: string) => {
  pages: { name: string; title: string; body: string }[];
  images: string[];
};

describe('the manual as HTML', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tiller-manual-'));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  beforeAll(() => mkdirSync(folder, { recursive: true }));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is rendered from the project’s own, with every link leading somewhere', () => {
    const { pages, images } = manualPages('docs/manual');
    const names = pages.map(({ name }) => name);
    expect(names).toContain('index.html');
    expect(names).toContain('troubleshooting.html');
    expect(images.length).toBeGreaterThan(3);
    expect(pages.every(({ title, body }) => title !== '' && body.includes('<h1'))).toBe(true);
    expect(pages.flatMap(({ body }) => body.match(/<script|javascript:|onerror/gi) ?? [])).toEqual([]);
  });

  it('shows HTML as text, and follows no link but its own and https', () => {
    write(
      'README.md',
      '# A & B\n\n<script>alert(1)</script>\n\nx <b onclick="y">z</b> [run](javascript:alert(1)) [web](https://example.org/?a=1&b=2) [page](other.md#two-words)',
    );
    write('other.md', '# Other\n\n## Two words\n');
    const index = manualPages(folder).pages.find(({ name }) => name === 'index.html');
    expect(index?.title).toBe('A & B');
    expect(index?.body).not.toMatch(/<script|<b |href="javascript/);
    expect(index?.body).toContain('href="https://example.org/?a=1&amp;b=2"');
    expect(index?.body).toContain('href="other.html#two-words"');
  });

  it('cannot be built with a link that leads nowhere', () => {
    write('README.md', '# A\n\n[gone](gone.md)');
    expect(() => manualPages(folder)).toThrow('gone.md');
    write('README.md', '# A\n\n[gone](other.md#three)');
    expect(() => manualPages(folder)).toThrow('other.md#three');
  });
});
