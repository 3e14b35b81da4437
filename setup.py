"""What pyproject.toml cannot say: `zoo/` and `dashboard/` stand at the top of the clone and install inside `pnzoo`.

Everything else about the package is in pyproject.toml. Packages are found, not listed, so that a new
zoo entry, model or dashboard page needs no edit here.
"""

from setuptools import find_namespace_packages, setup

CACHE = ["__pycache__", "*.__pycache__"]


def installed(folder):
    """A folder of the clone, installed inside `pnzoo`; to setuptools, its folders of data are packages too."""
    return [f"pnzoo.{folder}", *(f"pnzoo.{folder}.{name}" for name in find_namespace_packages(folder, exclude=CACHE))]


setup(
    packages=[*find_namespace_packages(include=["pnzoo", "pnzoo.*"], exclude=CACHE), *installed("zoo"),
              *installed("dashboard")],
    package_dir={"pnzoo.zoo": "zoo", "pnzoo.dashboard": "dashboard"},
    package_data={
        "pnzoo": ["py.typed"],
        "pnzoo.web": ["page/*"],
        "pnzoo.zoo": ["*/*.json", "*/*.h5", "*/*.md", "*.md"],
        "pnzoo.dashboard": ["**/*", ".streamlit/*"],
    },
)
