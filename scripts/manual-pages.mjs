import { Marked } from 'marked';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, normalize } from 'node:path';

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text) => text.replace(/[&<>"]/g, (character) => ESCAPES[character]);

/** The anchor of a heading, as GitHub makes it. */
const anchor = (text) =>
  text
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}\- ]/gu, '')
    .replaceAll(' ', '-');

const pageName = (file) => (file === 'README.md' ? 'index.html' : file.replace(/\.md$/, '.html'));

/**
 * Renders the manual to HTML without scripts: HTML in its text is shown as text, and a link that is neither within the manual nor
 * to an https address is replaced by the path of its target in the project.
 * @param folder with the manual's Markdown; pictures are beside it, in `images`
 * @returns the pages, and the names of the pictures that they show
 * @throws Error where a link leads to a page or an anchor that does not exist
 */
export function manualPages(folder) {
  const files = readdirSync(folder).filter((name) => name.endsWith('.md'));
  const images = new Set();
  const links = [];
  const anchors = new Set();

  const render = (file) => {
    const marked = new Marked({
      renderer: {
        html: ({ text }) => escape(text),
        heading({ tokens, depth, text }) {
          const id = anchor(text);
          anchors.add(`${file}#${id}`);
          return `<h${depth} id="${escape(id)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
        },
        image({ href, text }) {
          const name = basename(href);
          images.add(name);
          return `<img src="images/${escape(name)}" alt="${escape(text)}" loading="lazy">`;
        },
        link({ href, tokens }) {
          const text = this.parser.parseInline(tokens);
          if (href.startsWith('https://'))
            return `<a href="${escape(href)}" target="_blank" rel="noopener noreferrer">${text}</a>`;
          const [path = '', id] = href.split('#');
          const target = path === '' ? file : path;
          if (!/^[\w-]+\.md$/.test(target))
            return `${text} (<code>${escape(normalize(join('docs/manual', path)))}</code>)`;
          links.push({ file, target, id });
          return `<a href="${escape(pageName(target) + (id === undefined ? '' : `#${id}`))}">${text}</a>`;
        },
      },
    });
    const source = readFileSync(join(folder, file), 'utf8');
    const [, title = 'Manual'] = /^# (.+)$/m.exec(source) ?? [];
    return { name: pageName(file), title, body: marked.parse(source) };
  };

  const pages = files.map(render);
  for (const { file, target, id } of links) {
    const known = id === undefined ? files.includes(target) : anchors.has(`${target}#${id}`);
    if (!known)
      throw new Error(`${file} links to ${target}${id === undefined ? '' : `#${id}`}, which does not exist.`);
  }
  return { pages, images: [...images] };
}

const html = (title, body) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<link rel="stylesheet" href="manual.css">
<nav><a href="index.html">Tiller: manual</a></nav>
<main>
${body}</main>
</html>
`;

/** Rollup plugin that adds the manual to the page, in the folder `manual`. */
export function manual(folder, sheet) {
  return {
    name: 'manual',
    generateBundle() {
      const { pages, images } = manualPages(folder);
      const emit = (name, source) => this.emitFile({ type: 'asset', fileName: `manual/${name}`, source });
      for (const { name, title, body } of pages) emit(name, html(title, body));
      for (const name of images) emit(`images/${name}`, readFileSync(join(folder, '..', 'images', name)));
      emit('manual.css', readFileSync(sheet));
    },
  };
}
