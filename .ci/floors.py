"""Print the oldest versions that pyproject.toml allows, as pip requirements."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
extras = project["optional-dependencies"]
for line in [*project["dependencies"], *extras["lab"], *extras["dev"]]:
    found = re.match(r"([\w.-]+)\s*>=\s*([\w.]+)", line)
    if found:
        print(f"{found[1]}=={found[2]}")
