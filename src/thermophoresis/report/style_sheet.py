"""The page's style sheet.

A Python string and not a file of its own, so that the fingerprint of the page's code covers it.
"""

STYLE_SHEET = """
:root {
  color-scheme: light;
  --ground: #fbfbf9;
  --surface: #ffffff;
  --text: #1c2126;
  --muted: #59626c;
  --line: #dfe1e0;
  --link: #17579e;
  --notice: #8f1d2c;
  --supported: #0c5a39;
  --supported-ground: #e4f3ea;
  --refuted: #8f1d2c;
  --refuted-ground: #fbe8ea;
  --inconclusive: #664a00;
  --inconclusive-ground: #faf0d3;
}

/* Only on screens: paper is white whatever the reader's screen prefers. */
@media screen and (prefers-color-scheme: dark) {
  :root {
    color-scheme: dark;
    --ground: #15181b;
    --surface: #1c2024;
    --text: #e3e6e8;
    --muted: #a7b0b8;
    --line: #343a40;
    --link: #8fbcf5;
    --notice: #ffb1b9;
    --supported: #93ddb7;
    --supported-ground: #16352a;
    --refuted: #ffb1b9;
    --refuted-ground: #43202a;
    --inconclusive: #efd48d;
    --inconclusive-ground: #3a3014;
  }
}

* { box-sizing: border-box; }

html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }

@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }

body {
  margin: 0;
  background: var(--ground);
  color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  font-variant-numeric: tabular-nums lining-nums;
  overflow-wrap: break-word;
}

.page { max-width: 80rem; margin: 0 auto; padding: 3.5rem 2rem 5rem; }

h1, h2, h3 { line-height: 1.25; text-wrap: balance; }
h1 { margin: 0; font-size: 2rem; font-weight: 650; letter-spacing: -0.012em; }
h2 { margin: 0 0 1rem; font-size: 1.45rem; font-weight: 650; letter-spacing: -0.006em; }
h3 { margin: 0 0 0.75rem; font-size: 1.05rem; font-weight: 650; }
h2, .figure { scroll-margin-top: 1rem; }
p { margin: 0 0 0.75rem; max-width: 42rem; text-wrap: pretty; }
section { margin-top: 4rem; }

a { color: var(--link); text-underline-offset: 0.15em; text-decoration-thickness: 0.06em; }
a:hover { text-decoration-thickness: 0.12em; }
:focus-visible { outline: 0.2rem solid var(--link); outline-offset: 0.15rem; }
code { font: 0.9em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.muted { color: var(--muted); font-size: 0.875rem; line-height: 1.45; }
.nowrap { white-space: nowrap; }

.visually-hidden {
  position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap;
}
.skip {
  position: absolute; left: 1rem; top: -4rem; z-index: 3; padding: 0.5rem 1rem;
  background: var(--surface);
}
.skip:focus { top: 1rem; }

/* Verdicts: a word and a shape; the colour only repeats what these say. */
.shape { width: 1em; height: 1em; flex: none; vertical-align: -0.125em; }
.supported { color: var(--supported); }
.refuted { color: var(--refuted); }
.inconclusive { color: var(--inconclusive); }
.badge {
  display: inline-flex; align-items: center; gap: 0.4em; padding: 0.15em 0.65em 0.15em 0.5em;
  border-radius: 1em; font-size: 0.875rem; font-weight: 600; line-height: 1.5; white-space: nowrap;
}
.badge.supported { background: var(--supported-ground); }
.badge.refuted { background: var(--refuted-ground); }
.badge.inconclusive { background: var(--inconclusive-ground); }

/* Summary */
.subtitle { margin: 0.5rem 0 0; color: var(--muted); font-size: 1.0625rem; }
.headline {
  display: flex; flex-wrap: wrap; gap: 0.25em 0.9em; align-items: baseline;
  max-width: none; margin: 2.25rem 0 0.75rem; font-size: 1.6rem; font-weight: 600; line-height: 1.3;
}
.headline .shape { margin-right: 0.3em; }
.headline .total { color: var(--muted); font-weight: 400; }
.notes {
  max-width: 48rem; margin: 2rem 0 0; padding: 0.9rem 1.25rem; list-style: none;
  border-left: 0.25rem solid var(--notice); background: var(--surface);
}
.notes li + li { margin-top: 0.4rem; }
.contents { display: flex; flex-wrap: wrap; gap: 0.4rem 1.75rem; margin-top: 1.75rem; }

.glance { margin-top: 2.75rem; }
.glance h2 { font-size: 1.05rem; margin-bottom: 0.6rem; }
.glance ul {
  margin: 0; padding: 0; list-style: none;
  display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 0 2.5rem;
}
.glance a {
  display: flex; gap: 0.75rem; align-items: center; justify-content: space-between;
  height: 100%; padding: 0.45rem 0; border-bottom: 1px solid var(--line);
  color: inherit; text-decoration: none;
}
.glance .place { white-space: nowrap; }
.glance a:hover .place { text-decoration: underline; }
.marks {
  display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 0.3rem; font-size: 1.05rem;
}

/* Filters */
.filters {
  display: flex; flex-wrap: wrap; gap: 1rem 1.75rem; align-items: end;
  margin: 1.5rem 0 1rem; padding: 0;
}
.filters[hidden] { display: none; }
.filters fieldset { margin: 0; padding: 0; border: 0; min-width: 0; }
.filters legend, .filters .label {
  display: block; padding: 0; margin-bottom: 0.3rem; color: var(--muted); font-size: 0.875rem;
}
.choices {
  display: inline-flex; flex-wrap: wrap; overflow: hidden;
  border: 1px solid var(--line); border-radius: 0.5rem; background: var(--surface);
}
.choices label { position: relative; cursor: pointer; }
.choices label + label { border-left: 1px solid var(--line); }
.choices input { position: absolute; opacity: 0; inset: 0; margin: 0; cursor: pointer; }
.choices span {
  display: flex; align-items: center; gap: 0.4em; min-height: 2.5rem; padding: 0 0.85rem;
  font-size: 0.9375rem;
}
.choices input:checked + span {
  background: var(--text); color: var(--ground); font-weight: 600;
}
.choices input:focus-visible + span { outline: 0.2rem solid var(--link); outline-offset: -0.2rem; }
.filters select, .filters button, dialog button {
  min-height: calc(2.5rem + 2px); padding: 0 0.75rem; border: 1px solid var(--line);
  border-radius: 0.5rem; background: var(--surface); color: inherit; font: inherit;
  font-size: 0.9375rem;
}
.filters select { display: block; max-width: 100%; }
.filters button, dialog button { cursor: pointer; }
.filters button:disabled { color: var(--muted); cursor: default; }
.shown { margin: 0 0 0.75rem; color: var(--muted); }
.shown[hidden] { display: none; }

/* Table of claims */
#claim-table { width: 100%; border-collapse: separate; border-spacing: 0; }
#claim-table thead th {
  position: sticky; top: 0; z-index: 1; padding: 0.6rem 1.5rem 0.6rem 0; text-align: left;
  background: var(--ground); border-bottom: 2px solid var(--text);
  font-size: 0.875rem; font-weight: 600; vertical-align: bottom;
}
#claim-table tbody > tr > * {
  padding: 1.1rem 1.5rem 1.1rem 0; border-bottom: 1px solid var(--line);
  text-align: left; vertical-align: top; font-weight: 400;
}
#claim-table tr > :last-child { padding-right: 0; }
#claim-table tbody tr { scroll-margin-top: 3rem; }
#claim-table tbody tr:target > * { background: var(--surface); }
#claim-table tbody tr:target > :first-child { box-shadow: -0.3rem 0 var(--link); }
#claim-table p { margin: 0.35rem 0 0; }
#claim-table thead th:nth-child(2) { width: 34%; }
#claim-table thead th:nth-child(5) { min-width: 13rem; }
.statement { max-width: 34rem; text-wrap: pretty; }
.number { font-weight: 600; white-space: nowrap; }
.interval { white-space: nowrap; }
.caveat { border-left: 0.15rem solid var(--line); padding-left: 0.6rem; }

/* Figures beside their claims */
.figure {
  display: grid; grid-template-columns: minmax(0, 46rem) minmax(18rem, 1fr); gap: 1.25rem 2.5rem;
  align-items: start; margin-top: 3rem; padding-top: 1.5rem; border-top: 1px solid var(--line);
}
h2 + .figure { margin-top: 0; }
.figure > h3 { grid-column: 1 / -1; margin: 0; }
.figure figure { margin: 0; }
.figure img {
  display: block; width: calc(100% * var(--share)); height: auto; padding: 0.75rem;
  border-radius: 0.4rem;
  background: #ffffff; border: 1px solid var(--line);
}
.figure figcaption { margin-top: 0.75rem; max-width: 42rem; font-size: 0.9375rem; }
.enlarge {
  display: block; width: 100%; padding: 0; border: 0; background: none; cursor: zoom-in;
}
.carried { margin: 0; padding: 0; list-style: none; }
.carried li + li { margin-top: 1.1rem; padding-top: 1.1rem; border-top: 1px solid var(--line); }
.carried p { margin: 0.35rem 0 0; }

/* How the numbers are computed; provenance */
.terms { margin: 0; max-width: 60rem; }
.terms > div {
  display: grid; grid-template-columns: 16rem minmax(0, 1fr); gap: 0.25rem 2rem;
  padding: 0.85rem 0; border-bottom: 1px solid var(--line); scroll-margin-top: 1rem;
}
.terms dt { font-weight: 600; overflow-wrap: anywhere; }
.terms dt code { font-weight: 400; }
.terms dd { margin: 0; max-width: 42rem; }
.terms div:target dt { box-shadow: -0.3rem 0 var(--link); }
.verbatim { white-space: pre-wrap; }

dialog {
  width: 96vw; max-width: 96vw; height: 94vh; max-height: 94vh; padding: 0; border: 0;
  border-radius: 0.6rem; background: #ffffff; color: #1c2126; overflow: hidden;
}
dialog[open] { display: flex; flex-direction: column; }
dialog::backdrop { background: rgb(0 0 0 / 65%); }
dialog header {
  display: flex; gap: 1rem; align-items: center; justify-content: space-between;
  padding: 0.6rem 0.75rem 0.6rem 1.25rem;
}
dialog h2 { margin: 0; font-size: 1.05rem; }
dialog button { background: #ffffff; border-color: #c9cccb; }
dialog .scroll { flex: 1; overflow: auto; padding: 0 1.25rem 1.25rem; }
/* Never smaller than it can be read: on a phone the figure is panned. */
dialog img {
  display: block; width: 100%; min-width: calc(56rem * var(--share)); height: auto; margin: auto;
}

@media (min-width: 68rem) {
  /* As large as the window shows whole. */
  dialog .scroll { display: flex; }
  dialog img { min-width: 0; max-width: 100%; max-height: 100%; object-fit: contain; }
}

@media screen and (max-width: 68rem) {
  .figure { grid-template-columns: minmax(0, 1fr); }

  /* Each row of the table becomes a card. */
  #claim-table, #claim-table tbody, #claim-table tr, #claim-table tbody > tr > * { display: block; }
  #claim-table tr[hidden] { display: none; }
  #claim-table thead {
    position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  }
  #claim-table tbody tr {
    margin-top: 1rem; padding: 1.1rem 1.25rem; border: 1px solid var(--line);
    border-radius: 0.6rem; background: var(--surface); scroll-margin-top: 1rem;
  }
  #claim-table tbody tr:target { border-color: var(--link); }
  #claim-table tbody tr:target > :first-child { box-shadow: none; }
  #claim-table tbody > tr > * { padding: 0; border: 0; }
  #claim-table tbody > tr > * + * { margin-top: 0.7rem; }
  #claim-table td[data-label] {
    display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); gap: 0 1rem;
  }
  #claim-table td[data-label]::before {
    content: attr(data-label); color: var(--muted); font-size: 0.875rem; line-height: 1.7;
  }
  .number, .interval { white-space: normal; }
  .terms > div { grid-template-columns: minmax(0, 1fr); }
}

@media screen and (max-width: 40rem) {
  .page { padding: 2rem 1.15rem 3.5rem; }
  h1 { font-size: 1.6rem; }
  .headline { flex-direction: column; gap: 0.15em; font-size: 1.35rem; }
  section { margin-top: 3rem; }
  .filters { flex-direction: column; align-items: stretch; }
  .filters select, .filters button { width: 100%; }
  .choices { display: grid; grid-template-columns: 1fr 1fr; }
  .choices label { outline: 1px solid var(--line); border: 0 !important; }
  .figure img { width: 100%; padding: 0.35rem; }
}

@media print {
  @page { margin: 14mm; }
  :root { --ground: #ffffff; }
  html { font-size: 8.5pt; }
  .page { max-width: none; padding: 0; }
  .skip, .filters, .shown, .contents, dialog { display: none !important; }
  /* What a filter hides on the screen is on paper all the same. */
  #claim-table tr[hidden] { display: table-row !important; }
  #claim-table thead { display: table-header-group; }
  #claim-table thead th { position: static; }
  #claim-table tbody > tr > *, #claim-table thead th { padding: 0.6rem 0.7rem 0.6rem 0; }
  #claim-table thead th:nth-child(2) { width: 32%; }
  #claim-table thead th:nth-child(5) { min-width: 8rem; }
  .badge { padding-left: 0; background: none !important; }
  section { margin-top: 2rem; }
  .figure { display: block; margin-top: 1.5rem; }
  .figure figure { margin-bottom: 1rem; }
  .figure img { max-width: calc(7in * var(--share)); border: 0; padding: 0; }
  .carried { columns: 2; column-gap: 2rem; }
  .carried li + li { margin-top: 0; border: 0; }
  h1, h2, h3, thead { break-after: avoid; }
  tr, figure, .carried li, .terms > div, .glance li { break-inside: avoid; }
  a { color: inherit; text-decoration: none; }
}
"""
