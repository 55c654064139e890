/** The page around a report: one file, no request to anywhere (its own content policy forbids any), prints on A4. */
import { escapeHtml } from './report-format.ts';
import type { Language } from './report-words.ts';

export interface PageOptions {
  readonly title: string;
  readonly language: Language;
  /** Banner text when the data are training data. */
  readonly banner?: { readonly word: string; readonly note: string };
}

/** A whole HTML document around a body. */
export function renderPage(body: string, { title, language, banner }: PageOptions): string {
  const strip =
    banner === undefined
      ? ''
      : `<aside class="banner" aria-label="${escapeHtml(banner.word)}"><strong>${escapeHtml(banner.word)}</strong> ${escapeHtml(banner.note)}</aside>`;
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Plumeline">
<title>${escapeHtml(banner === undefined ? title : `${banner.word} · ${title}`)}</title>
<style>${STYLE}${banner === undefined ? '' : printedMarking(banner.word)}</style>
</head>
<body>
${strip}
${body}
</body>
</html>
`;
}

/** Marks every printed page in its margin; the words are from the table of words, never from a file. */
function printedMarking(word: string): string {
  return `@media print{@page{@top-center{content:"${word}";font:700 10pt sans-serif;letter-spacing:.14em}@bottom-center{content:"${word}";font:700 10pt sans-serif;letter-spacing:.14em}}}`;
}

const STYLE = `
:root{color-scheme:light;--ink:#16202b;--soft:#4d5b6a;--line:#d5dbe1;--faint:#eef1f4;--paper:#fff;--accent:#0b5c8a;--source:#9c1457;--seen:#fff1c9}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--faint);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}
.banner{position:sticky;top:0;z-index:9;padding:.4rem 1rem;text-align:center;background:#ffb300;color:#1a1200;border-bottom:2px solid #1a1200}
.banner strong{letter-spacing:.14em}
.sheet{max-width:1160px;margin:0 auto;padding:clamp(1rem,3vw,2.5rem);background:var(--paper);min-height:100vh}
header.top{display:flex;flex-wrap:wrap;gap:.2rem 1.5rem;justify-content:space-between;color:var(--soft);font-size:.875rem;border-bottom:1px solid var(--line);padding-bottom:.6rem}
header.top b{color:var(--ink)}
h1{font-size:clamp(1.6rem,1.2rem + 2vw,2.4rem);line-height:1.15;letter-spacing:-.015em;margin:1.4rem 0 .5rem}
h2{font-size:1.3rem;line-height:1.25;margin:2.4rem 0 .5rem;letter-spacing:-.01em}
h3{font-size:1rem;margin:1.8rem 0 .4rem}
p{margin:.4rem 0;max-width:72ch}
.lead{font-size:1.125rem;max-width:64ch}
.soft,figcaption{color:var(--soft);font-size:.875rem}
section.recording+section.recording{border-top:3px solid var(--ink);margin-top:3rem;padding-top:.5rem}
.split{display:grid;grid-template-columns:minmax(0,1fr) 17.5rem;gap:1.75rem;align-items:start;margin-top:1.2rem}
.maps{display:grid;gap:1.2rem}
.pair{margin-top:1.4rem}
.pair .maps{grid-template-columns:minmax(0,1fr) minmax(0,1fr);align-items:start;gap:.6rem 1.4rem}
.pair .legend{grid-column:1/-1}
.pair>div>dl.facts{grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:.9rem 1.6rem;margin-bottom:1.4rem}
figure{margin:0}
figcaption{margin-bottom:.35rem}
figcaption b{color:var(--ink);font-weight:600}
dl.facts{margin:0;display:grid;gap:.9rem}
dl.facts>div{border-top:1px solid var(--line);padding-top:.5rem}
dl.facts+h3,dl.facts+dl.facts{margin-top:1.2rem}
dl.facts dt{color:var(--soft);font-size:.8125rem}
dl.facts dd{margin:0}
dl.facts .big{font-size:1.75rem;line-height:1.2;font-weight:600;letter-spacing:-.02em}
dl.facts .mid{font-size:1.0625rem;font-weight:600}
dl.facts .note{color:var(--soft);font-size:.8125rem}
.truth{border:1px solid var(--line);border-left:4px solid var(--ink);padding:.7rem 1rem;margin-top:1.2rem;border-radius:0 6px 6px 0}
.truth h2,.truth h3{font-size:1rem;letter-spacing:0;margin:0 0 .2rem}
.truth ul{list-style:none;margin:.2rem 0;padding:0}
.truth li::before{display:inline-block;width:1.4em;font-weight:700}
.truth .in::before{content:"\\2713"}
.truth .out::before{content:"\\2717"}
.plot{position:relative}
.plot svg{display:block;width:100%;height:auto}
.plot .at{position:absolute;font-size:.75rem;line-height:1;white-space:nowrap;color:var(--soft);text-shadow:0 0 2px #fff,0 0 2px #fff,0 0 3px #fff}
.plot .strong{color:var(--ink);font-weight:600}
.map{border:1px solid var(--line);border-radius:4px;overflow:hidden}
.series{margin:0 0 1.5rem 2.9rem}
.series svg{height:15rem}
.small .series svg{height:7.5rem}
.legend{display:flex;flex-wrap:wrap;gap:.4rem 1.4rem;align-items:center;margin:.5rem 0 0;padding:0;list-style:none;font-size:.8125rem;color:var(--soft)}
.legend li{display:flex;align-items:center;gap:.45rem}
.legend svg{flex:none}
.bar{display:grid;grid-template-columns:auto auto auto;gap:.1rem .45rem;align-items:center}
.scroll{overflow-x:auto}
.scroll:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:.875rem}
th,td{text-align:left;padding:.35rem .9rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}
thead th{color:var(--soft);font-weight:500;white-space:nowrap}
td.n,th.n{text-align:right;padding-right:1.6rem}
td.nowrap{white-space:nowrap}
code,.hash{font:.8125rem/1.4 ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;overflow-wrap:anywhere}
ul.plain{padding-left:1.1rem;margin:.4rem 0;max-width:72ch}
ul.plain li{margin:.25rem 0}
a{color:var(--accent)}
a:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
footer{margin-top:3rem;border-top:1px solid var(--line);padding-top:.8rem;color:var(--soft);font-size:.875rem}
@media(max-width:820px){.split,.pair .maps{grid-template-columns:minmax(0,1fr)}dl.facts{grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:.9rem 1.5rem}.wide{display:none}.plot .at{font-size:.6875rem}}
@media print{html{font-size:12px}@page{size:A4;margin:15mm 13mm}body{background:#fff;font-size:10pt}.sheet{padding:0;max-width:none;min-height:0}.banner{position:static}
.pair .maps{grid-template-columns:minmax(0,1fr) minmax(0,1fr)}
.split{grid-template-columns:minmax(0,1fr) 14rem;gap:1rem}figure,tr,.truth,dl.facts>div,li{break-inside:avoid}h2,h3{break-after:avoid}section.recording+section.recording{break-before:page;border:0;margin:0}
svg,.banner,.plot{print-color-adjust:exact;-webkit-print-color-adjust:exact}.scroll{overflow:visible}a{color:inherit;text-decoration:none}.series svg{height:11rem}}
`;
