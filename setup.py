"""What pyproject.toml cannot say: `zoo/` and `dashboard/` stand at the top of the clone and install inside `pnzoo`.

Everything else about the package is in pyproject.toml. Packages are found, not listed, so that a new
zoo entry, model or dashboard page needs no edit here.
"""

from setuptools import find_namespace_packages, find_packages, setup

dashboard = ["pnzoo.dashboard"] + [f"pnzoo.dashboard.{name}" for name in find_namespace_packages("dashboard")]

setup(
    packages=[*find_packages(include=["pnzoo", "pnzoo.*"]), "pnzoo.zoo", *dashboard],
    package_dir={"pnzoo.zoo": "zoo", "pnzoo.dashboard": "dashboard"},
    package_data={
        "pnzoo": ["py.typed"],
        "pnzoo.web": ["page/*"],
        "pnzoo.zoo": ["*/*.json", "*/*.h5", "*/*.md", "*.md"],
        "pnzoo.dashboard": ["**/*", ".streamlit/*"],
    },
)
