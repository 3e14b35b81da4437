"""Parts that pages share: editors, uploads, choices and comparisons, some with a JavaScript and a CSS file."""
