"""Reader of Wikispeedia's articles: a selection of Wikipedia for schools, as pages, links, categories and text."""

import gzip
import json
import os
import pathlib
import re
import zlib

from pnzoo.worlds.webgraph.web import MAX_LINKS, Web

FILE = "wikispeedia/articles.jsonl.gz"
_HEAD = re.compile(r"^#?\s*copyright\b.*?Related subjects:\s*", re.DOTALL)
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'(])")


def read_articles(path=None, max_links=MAX_LINKS):
    """Read `articles.jsonl.gz`: one JSON object a line with title, links, categories and text.

    Args:
        path: the file; by default `$PNZOO_DATA_DIR/wikispeedia/articles.jsonl.gz`.
        max_links: of a page that count, the first ones.

    Returns:
        `Web`. Links to articles that the file does not have are left out.

    Raises:
        FileNotFoundError: there is no such file; the message says where to put it.
        ValueError: the file is damaged, or a line is no article; the message gives its number.
    """
    path = pathlib.Path(os.environ.get("PNZOO_DATA_DIR", "data")) / FILE if path is None else pathlib.Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is not there: Wikispeedia's articles. Set PNZOO_DATA_DIR to the folder that holds wikispeedia/, "
            "give the path, or take pnzoo.graphs.generate(), which is invented."
        )
    articles = []
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                articles.append(_article(line, f"{path}, line {number}"))
    except (gzip.BadGzipFile, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise ValueError(
            f"{path} is damaged, or no gzip file of UTF-8 lines ({error}); download articles.jsonl.gz again."
        ) from error
    if not articles:
        raise ValueError(f"{path} holds no article.")
    columns = {key: [article[key] for article in articles] for key in ("title", "links", "categories", "text")}
    categories = [[name.removeprefix("subject.") for name in names] for names in columns["categories"]]
    text = [sentences(_HEAD.sub("", text)) for text in columns["text"]]
    return Web.from_links(columns["title"], columns["links"], text, categories, max_links, missing="drop")


def sentences(text):
    """A text cut into sentences: after a full stop, where an upper-case letter follows.

    Example:
        >>> sentences("Ants live in nests. They eat 3.5 grams.")
        ('Ants live in nests.', 'They eat 3.5 grams.')
    """
    return tuple(part for part in _END.split(text.strip()) if part)


def _article(line, where):
    try:
        article = json.loads(line)
        right = isinstance(article["title"], str) and isinstance(article["text"], str)
        right = right and all(isinstance(x, str) for key in ("links", "categories") for x in article[key])
    except (ValueError, KeyError, TypeError):
        right = False
    if not right:
        raise ValueError(f"{where} is no article: a JSON object with title, links, categories and text is expected.")
    return article
