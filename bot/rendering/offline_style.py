"""The style sheet of the offline page: it travels inside the page, which loads nothing."""

from __future__ import annotations

from typing import Final

STYLE: Final = """\
:root {
  color-scheme: light dark;
  --line: #b9bfc7; --paper: #ffffff; --ink: #14181d; --link: #0a4f9e;
}
@media (prefers-color-scheme: dark) {
  :root { --line: #4a525c; --paper: #101418; --ink: #eceff2; --link: #8fc1ff; }
}
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1.05rem/1.5 system-ui, sans-serif;
}
main { max-width: 42rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0.5rem 0; }
h2 {
  font-size: 1.25rem; line-height: 1.25; margin: 2rem 0 0.5rem; padding-top: 0.75rem;
  border-top: 2px solid var(--line);
}
h3 { font-size: 1.05rem; margin: 1rem 0 0.25rem; }
h4 { font-size: 1rem; margin: 0.75rem 0 0.25rem; }
ul, ol { margin: 0.25rem 0; padding-inline-start: 1.5rem; }
li { margin: 0.25rem 0; }
dl { display: grid; grid-template-columns: 1fr auto; gap: 0; margin: 0; }
dt, dd { margin: 0; padding: 0.4rem 0; border-bottom: 1px solid var(--line); }
dd { padding-inline-start: 1rem; font-weight: 700; font-size: 1.3rem; }
a { color: var(--link); }
.siren {
  border-inline-start: 4px solid currentColor; padding-inline-start: 0.75rem; font-weight: 600;
}
.note { white-space: pre-line; }
nav ul { columns: 2; }
nav li { break-inside: avoid; }
@media print {
  :root { --paper: #ffffff; --ink: #000000; --link: #000000; }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  a { text-decoration: none; }
  nav { display: none; }
  li, dt, dd { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; }
}
"""
