"""What the site takes from elsewhere in the repository: the zoo's pages, the changelog, the size of the weights."""

import re
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).parents[1]


def on_files(files, config):
    """Add a page for each entry, the zoo's page and the changelog; links that leave the site become plain text."""
    entries = sorted(path.parent.name for path in (ROOT / "zoo").glob("*/card.json"))
    pages = {f"zoo/{name}.md": (ROOT / "zoo" / name / "README.md").read_text(encoding="utf-8") for name in entries}
    pages["zoo/index.md"] = (ROOT / "zoo" / "README.md").read_text(encoding="utf-8")
    pages["changelog.md"] = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for place, text in pages.items():
        files.append(File.generated(config, place, content=_linked(text, entries)))
    return files


def on_page_markdown(markdown, page, config, files):
    """Say how large the weights are."""
    if "{{ wheel }}" not in markdown:
        return markdown
    size = sum(path.stat().st_size for path in (ROOT / "zoo").rglob("*") if path.is_file())
    count = len(list((ROOT / "zoo").glob("*/card.json")))
    return markdown.replace("{{ wheel }}", f"{count} entries, {size / 1e6:.0f} MB before compression")


def _linked(text, entries):
    """Links to entries lead to their pages; those to files outside of the site become plain text."""

    def link(match):
        words, target = match[1], match[2].strip("/").split("/")[-1]
        if match[2].startswith(("http:", "https:", "#")):
            return match[0]
        return f"[{words}]({target}.md)" if target in entries else words

    return re.sub(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)", link, re.sub(r"!\[[^\]]*\]\((?!https?:)[^)]*\)", "", text))
